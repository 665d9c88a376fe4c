// The streams that share what clients say among them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "control/consumer.h"
#include "gateway/message/completion.h"
#include "gateway/message/inbound.h"
#include "gateway/metrics/node_stats.h"

namespace wsgate {

// A stream's place among the consumers.
// Owner:   MessageHub.
// Threads: one at a time; the hub's lock orders them.
// Bounds:  its Consumer's.
class GroupMember {
 public:
  GroupMember(uint64_t key, CompletionPtr wake) : key_(key), wake_(std::move(wake)) {}

  // Adds the wake-up where the stream waits for one and would have something to send.
  void WakeIfIdle(CompletionBatch& wakes) {
    if (!idle || !consumer.CanSend()) return;
    idle = false;
    wakes.push_back(wake_);
  }
  [[nodiscard]] uint64_t WeightFor(size_t session_hash) const {
    return absl::HashOf(session_hash, key_);
  }
  [[nodiscard]] const CompletionPtr& wake() const { return wake_; }

  Consumer consumer;
  bool idle = true;  // Asked for the next message and got none.

 private:
  const uint64_t key_;
  const CompletionPtr wake_;
};

// Shares sessions among its members by rendezvous hash: when one comes or goes, only its own
// sessions move. A session moves only when nothing of it is outstanding, or with everything that
// is: what one session says is with one member at a time, in order, at least once.
// Flow:    MessageHub → Offer() → a member's Consumer.
// Owner:   MessageHub.
// Threads: one at a time; the hub's lock orders them.
// Bounds:  its members' consumers; one map entry a session with something outstanding.
class ConsumerGroup {
 public:
  ConsumerGroup(std::string_view name, NodeStats& stats) : name_(name), stats_(stats) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] size_t size() const { return members_.size(); }

  void Add(GroupMember& member) { members_.push_back(&member); }
  // Why it was dropped, and counted as such; nullopt: a member has it.
  std::optional<InboundDrop> Offer(InboundPtr message, CompletionBatch& wakes) {
    return Route(std::move(message), InboundDrop::kNoConsumer, wakes);
  }
  // False: `number` was not sent yet.
  [[nodiscard]] bool Acknowledge(GroupMember& member, uint64_t number);
  // What it had not acknowledged goes to those who remain; without any it is dropped and counted.
  void Remove(GroupMember& member, CompletionBatch& wakes);

 private:
  struct Home {
    GroupMember* member = nullptr;
    uint32_t outstanding = 0;
  };
  struct SessionHash {
    size_t operator()(const SessionId& id) const;
  };

  [[nodiscard]] GroupMember* ChooseFor(const SessionId& session) const;
  std::optional<InboundDrop> Route(InboundPtr message, InboundDrop nobody, CompletionBatch& wakes);
  // One message of the session is outstanding no more.
  void Forget(const SessionId& session);

  const std::string name_;
  NodeStats& stats_;
  std::vector<GroupMember*> members_;
  absl::flat_hash_map<SessionId, Home, SessionHash> homes_;
};

}  // namespace wsgate
