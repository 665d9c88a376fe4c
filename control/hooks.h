// The hooks that the configuration asks for.
#pragma once

#include <memory>

#include "control/connect_hook.h"
#include "control/disconnect_hook.h"
#include "control/hook_tls.h"
#include "control/message_hook.h"
#include "gateway/config/config.h"

namespace wsgate {

// Flow:    App → Hooks → front doors, sessions, the event fan-out.
// Owner:   App; outlives the shards.
// Threads: made, stopped and looked after by one.
// Bounds:  those of the hooks.
class Hooks {
 public:
  Hooks(const Config& config, std::unique_ptr<HookTls> tls, Router& router,
        CompletionQueue& completions, NodeStats& stats);

  // Null: not configured.
  [[nodiscard]] ConnectHook* connect() { return connect_.get(); }
  [[nodiscard]] MessageHook* message() { return message_.get(); }
  [[nodiscard]] DisconnectHook* disconnect() { return disconnect_.get(); }

  // Takes over certificates of hooks.tls that have changed; calls under way end as they began.
  void LookAtFiles();

  // Before the shards stop: from here on nothing is asked, and no answer comes to them.
  void StopAsking();
  // After they have, and the completion threads too: who left last is still told for a moment.
  void StopTelling();

 private:
  const std::unique_ptr<HookTls> tls_;
  NodeStats& stats_;
  std::unique_ptr<GrpcConnectHook> connect_;
  std::unique_ptr<MessageHook> message_;
  std::unique_ptr<DisconnectHook> disconnect_;
};

}  // namespace wsgate
