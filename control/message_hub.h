// Where what clients say meets those who listen.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "control/consumer_group.h"
#include "gateway/base/mutex.h"
#include "gateway/message/completion.h"
#include "gateway/message/inbound.h"
#include "gateway/metrics/node_stats.h"

namespace wsgate {

// Each group of streams gets a copy of everything that is said while it has a stream; within a
// group what one session says is with one stream at a time (ConsumerGroup).
// Flow:    shards → Deliver() → a consumer's queue in each group → its wake-up on a completion
//          thread → its stream → Next().
// Owner:   App; outlives shards and streams.
// Threads: any. A shard holds the lock for the moves of one turn's messages; nobody calls gRPC
//          under it.
// Bounds:  kStreamsMax streams in kGroupsMax groups, each stream bounded by its Consumer; a message
//          is kept once.
class MessageHub final : public InboundSink {
 public:
  static constexpr size_t kStreamsMax = 256;
  static constexpr size_t kGroupsMax = 64;
  static constexpr std::string_view kDefaultGroup = "default";
  struct Member;  // A stream's place here, from Attach() to Leave().

  MessageHub(CompletionQueue& completions, NodeStats& stats);
  ~MessageHub() override;

  [[nodiscard]] bool HasConsumer() const override {
    return consumers_.load(std::memory_order_relaxed) != 0;
  }
  // Streams that take part in a group.
  [[nodiscard]] size_t consumers() const { return consumers_.load(std::memory_order_acquire); }
  InboundRefusals Deliver(std::vector<InboundMessage>& batch) override;

  // A stream opened. `wake` is posted whenever it was idle and there is something for it, and at
  // Stop(). Null: too many, or stopped.
  [[nodiscard]] Member* Attach(CompletionPtr wake);
  // It takes part in the group from now on. False: there are too many groups already.
  [[nodiscard]] bool Start(Member& member, std::string_view group = kDefaultGroup);
  // What to send next; nullopt: nothing now, `wake` will tell.
  [[nodiscard]] std::optional<NumberedMessage> Next(Member& member);
  // False: `number` was not sent yet.
  [[nodiscard]] bool Acknowledge(Member& member, uint64_t number);
  // It is gone; what it had not acknowledged goes to those who remain in its group. `member` is no
  // more.
  void Leave(Member* member);

  // No stream gets anything more; each is woken to see it.
  void Stop();
  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_acquire); }

 private:
  // Why no group has it, counted as such; nullopt: at least one has.
  std::optional<InboundDrop> Offer(const InboundPtr& message, CompletionBatch& wakes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes it out of its group, if it is in one; a group that has nobody left is no more.
  void Remove(Member& member, CompletionBatch& wakes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountConsumers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  CompletionQueue& completions_;
  NodeStats& stats_;
  std::atomic<size_t> consumers_{0};
  std::atomic<bool> stopped_{false};
  Mutex mutex_;
  uint64_t last_key_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<Member>> members_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<ConsumerGroup>> groups_ ABSL_GUARDED_BY(mutex_);  // None is empty.
};

}  // namespace wsgate
