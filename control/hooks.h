// The hooks that the configuration asks for.
#pragma once

#include <grpcpp/security/credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "control/connect_hook.h"
#include "control/disconnect_hook.h"
#include "control/message_hook.h"
#include "gateway/config/config.h"

namespace wsgate {

// How backends are called.
struct HookSecurity {
  std::shared_ptr<grpc::ChannelCredentials> credentials;
};

// As hooks.tls says. Errors: InvalidArgument: a file cannot be read or used, with its field.
[[nodiscard]] absl::StatusOr<HookSecurity> ReadHookSecurity(const Config& config);

// Flow:    App → Hooks → front doors, sessions, the event fan-out.
// Owner:   App; outlives the shards.
// Threads: made and stopped by one.
// Bounds:  those of the hooks.
class Hooks {
 public:
  Hooks(const Config& config, const HookSecurity& security, Router& router,
        CompletionQueue& completions, NodeStats& stats);

  // Null: not configured.
  [[nodiscard]] ConnectHook* connect() { return connect_.get(); }
  [[nodiscard]] MessageHook* message() { return message_.get(); }
  [[nodiscard]] DisconnectHook* disconnect() { return disconnect_.get(); }

  // Before the shards stop: from here on nothing is asked, and no answer comes to them.
  void StopAsking();
  // After they have, and the completion threads too: who left last is still told for a moment.
  void StopTelling();

 private:
  std::unique_ptr<GrpcConnectHook> connect_;
  std::unique_ptr<MessageHook> message_;
  std::unique_ptr<DisconnectHook> disconnect_;
};

}  // namespace wsgate
