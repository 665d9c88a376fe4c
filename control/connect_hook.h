// HookService.OnConnect: a backend decides who comes in.
#pragma once

#include "control/hook_caller.h"
#include "gateway/message/completion.h"
#include "gateway/message/hook.h"

namespace wsgate {

// Flow:    front doors → Ask() → a completion thread → a backend → `answer` → the front door.
// Owner:   Hooks.
// Threads: any.
// Bounds:  its caller's; at most limits.handshakes_in_flight_max clients wait.
class GrpcConnectHook final : public ConnectHook {
 public:
  GrpcConnectHook(HookSettings settings, CompletionQueue& completions, NodeStats& stats);

  void Ask(ConnectQuestion question, Answer answer) override;
  [[nodiscard]] Duration patience() const override { return patience_; }
  [[nodiscard]] bool open_on_failure() const override { return !closed_; }
  // From now on backends are called so.
  void Use(const HookCredentials& credentials) { caller_.Use(credentials); }
  void Stop() { caller_.Stop(); }

 private:
  const Duration patience_;
  const bool closed_;
  CompletionQueue& completions_;
  HookCaller<v1::OnConnectRequest, v1::OnConnectResponse> caller_;
};

// What a backend's answer means. ConnectUnanswered, with `error` saying why: it makes no sense.
[[nodiscard]] ConnectDecision ParseDecision(const v1::OnConnectResponse& response,
                                            std::string& error);

}  // namespace wsgate
