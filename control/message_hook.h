// HookService.OnMessage: backends hear what clients say, and answer it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "control/hook_caller.h"
#include "gateway/fanout/router.h"
#include "gateway/message/completion.h"
#include "gateway/message/inbound.h"

namespace wsgate {

// One message of a session is under way at a time; the others of that session wait behind it. So
// they arrive in order, whichever backend takes each, and one whose backend was lost comes again.
// What a session said before it ended is still told.
//
// Flow:    shards → Deliver() → a completion thread → a backend → Router → the session, others.
// Owner:   Hooks; outlives the shards.
// Threads: any. A shard holds the lock for the moves of one turn's messages.
// Bounds:  `window` messages a session, since the session is not read beyond it; kBytesMax payload
//          bytes in all: beyond it a message is dropped, or its session ends where `closed`.
class MessageHook final : public InboundSink {
 public:
  static constexpr size_t kBytesMax = size_t{256} << 20;

  MessageHook(HookSettings settings, uint32_t window, uint64_t send_bytes_max, Router& router,
              CompletionQueue& completions, NodeStats& stats);

  [[nodiscard]] bool HasConsumer() const override { return true; }
  InboundRefusals Deliver(std::vector<InboundMessage>& batch) override;
  [[nodiscard]] uint32_t window() const override { return window_; }
  [[nodiscard]] Duration patience() const override { return patience_; }
  // From now on backends are called so.
  void Use(const HookCredentials& credentials) { caller_.Use(credentials); }
  // What waits is dropped and counted.
  void Stop();

 private:
  using Lane = std::deque<InboundMessage>;  // Of one session; the first is under way.

  void Ask(SessionId session);
  void OnAnswer(SessionId session, HookResult result, const v1::OnMessageResponse& response);
  void OnFailure(SessionId session, HookResult result);
  // Null: it has none, or one that cannot be sent, which is logged.
  [[nodiscard]] MessagePtr ReplyOf(const v1::OnMessageResponse& response);
  void SendAll(const v1::OnMessageResponse& response);
  // The first of the lane is done with. True: there is another.
  [[nodiscard]] bool Advance(SessionId session);
  size_t DropLane(SessionId session);

  const uint32_t window_;
  const uint64_t send_bytes_max_;
  const Duration patience_;
  const bool closed_;
  Router& router_;
  CompletionQueue& completions_;
  NodeStats& stats_;
  Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<SessionId, Lane> lanes_ ABSL_GUARDED_BY(mutex_);
  HookCaller<v1::OnMessageRequest, v1::OnMessageResponse> caller_;  // First to go.
};

}  // namespace wsgate
