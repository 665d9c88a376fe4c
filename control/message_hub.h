// Where what clients say meets those who listen.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "control/consumer.h"
#include "gateway/base/mutex.h"
#include "gateway/message/completion.h"
#include "gateway/message/inbound.h"
#include "gateway/metrics/node_stats.h"

namespace wsgate {

// Shares sessions among consumers by rendezvous hash: when one comes or goes, only its own sessions
// move. A session moves only when nothing of it is outstanding, or with everything that is: what
// one session says is with one consumer at a time, in order, at least once. Flow:    shards →
// Deliver() → a consumer's queue → its wake-up on a completion thread → its stream → Next(). Owner:
// App; outlives shards and streams. Threads: any. A shard holds the lock for the moves of one
// turn's messages; nobody calls gRPC under it. Bounds:  kStreamsMax streams, each bounded by its
// Consumer; one map entry a session with something outstanding.
class MessageHub final : public InboundSink {
 public:
  static constexpr size_t kStreamsMax = 256;
  class Member;  // A stream's place here, from Attach() to Leave().

  MessageHub(CompletionQueue& completions, NodeStats& stats);
  ~MessageHub() override;

  [[nodiscard]] bool HasConsumer() const override {
    return consumers_.load(std::memory_order_relaxed) != 0;
  }
  // Streams that take part in the group.
  [[nodiscard]] size_t consumers() const { return consumers_.load(std::memory_order_acquire); }
  InboundRefusals Deliver(std::vector<InboundMessage>& batch) override;

  // A stream opened. `wake` is posted whenever it was idle and there is something for it, and at
  // Stop(). Null: too many, or stopped.
  [[nodiscard]] Member* Attach(CompletionPtr wake);
  // It takes part in the group from now on.
  void Start(Member& member);
  // What to send next; nullopt: nothing now, `wake` will tell.
  [[nodiscard]] std::optional<NumberedMessage> Next(Member& member);
  // False: `number` was not sent yet.
  [[nodiscard]] bool Acknowledge(Member& member, uint64_t number);
  // It is gone; what it had not acknowledged goes to those who remain. `member` is no more.
  void Leave(Member* member);

  // No stream gets anything more; each is woken to see it.
  void Stop();
  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_acquire); }

 private:
  struct Home {
    Member* member = nullptr;
    uint32_t outstanding = 0;
  };
  struct SessionHash {
    size_t operator()(const SessionId& id) const;
  };

  Member* ChooseFor(const SessionId& session) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Why it was dropped, and counted as such; nullopt: a consumer has it.
  std::optional<InboundDrop> Route(InboundPtr message, InboundDrop nobody, CompletionBatch& wakes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // One message of the session is outstanding no more.
  void Forget(const SessionId& session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountConsumers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  CompletionQueue& completions_;
  NodeStats& stats_;
  std::atomic<size_t> consumers_{0};
  std::atomic<bool> stopped_{false};
  Mutex mutex_;
  uint64_t last_key_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<Member>> members_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<SessionId, Home, SessionHash> homes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wsgate
