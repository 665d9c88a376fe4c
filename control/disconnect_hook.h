// HookService.OnDisconnect: backends hear who has left.
#pragma once

#include <cstddef>

#include "control/hook_caller.h"
#include "control/session_event_fanout.h"
#include "gateway/message/completion.h"

namespace wsgate {

// Flow:    shards → OnEvents() → a completion thread → a backend.
// Owner:   Hooks; outlives the shards.
// Threads: any.
// Bounds:  its caller's `waiting_max`; what finds no room is dropped and counted as `overload`.
class DisconnectHook final : public SessionEventListener {
 public:
  DisconnectHook(HookSettings settings, CompletionQueue& completions, NodeStats& stats);

  [[nodiscard]] bool wants_events() const override { return true; }
  void OnEvents(const SessionEventsPtr& events) override;
  // From now on backends are called so.
  void Use(const HookCredentials& credentials) { caller_.Use(credentials); }
  // Gives what is under way or waits so long to be told.
  void Stop(Duration grace);

 private:
  void Tell(v1::OnDisconnectRequest request);

  const bool closed_;
  CompletionQueue& completions_;
  HookCaller<v1::OnDisconnectRequest, v1::OnDisconnectResponse> caller_;
};

}  // namespace wsgate
