#include "control/message_hub.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/hash/hash.h"

namespace wsgate {

class MessageHub::Member {
 public:
  Member(uint64_t key, CompletionPtr wake) : key_(key), wake_(std::move(wake)) {}

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
  bool started = false;
  bool idle = true;  // Asked for the next message and got none.

 private:
  const uint64_t key_;
  const CompletionPtr wake_;
};

MessageHub::MessageHub(CompletionQueue& completions, NodeStats& stats)
    : completions_(completions), stats_(stats) {}

MessageHub::~MessageHub() = default;

size_t MessageHub::SessionHash::operator()(const SessionId& id) const {
  return absl::HashOf(id.incarnation, id.shard, id.slot.index, id.slot.generation);
}

InboundRefusals MessageHub::Deliver(std::vector<InboundMessage>& batch) {
  InboundRefusals refusals;
  CompletionBatch wakes;
  {
    MutexLock lock(mutex_);
    for (size_t i = 0; i < batch.size(); ++i) {
      const std::optional<InboundDrop> dropped =
          Route(std::make_shared<const InboundMessage>(std::move(batch[i])),
                InboundDrop::kNoConsumer, wakes);
      if (dropped) refusals.push_back({.index = i, .reason = *dropped});
    }
  }
  batch.clear();
  completions_.Post(wakes);
  return refusals;
}

MessageHub::Member* MessageHub::ChooseFor(const SessionId& session) const {
  const size_t hash = SessionHash{}(session);
  Member* best = nullptr;
  uint64_t best_weight = 0;
  for (const std::unique_ptr<Member>& member : members_) {
    if (!member->started) continue;
    const uint64_t weight = member->WeightFor(hash);
    if (best == nullptr || weight > best_weight) {
      best = member.get();
      best_weight = weight;
    }
  }
  return best;
}

std::optional<InboundDrop> MessageHub::Route(InboundPtr message, InboundDrop nobody,
                                             CompletionBatch& wakes) {
  const auto drop = [this](InboundDrop reason) {
    stats_.InboundDropped(reason);
    return reason;
  };
  const SessionId session = message->session;
  const auto known = homes_.find(session);
  Member* const member = known != homes_.end() ? known->second.member : ChooseFor(session);
  if (member == nullptr) return drop(nobody);
  if (!member->consumer.Offer(std::move(message))) return drop(InboundDrop::kConsumerFull);
  if (known != homes_.end()) {
    ++known->second.outstanding;
  } else {
    homes_.emplace(session, Home{member, 1});
  }
  member->WakeIfIdle(wakes);
  return std::nullopt;
}

void MessageHub::Forget(const SessionId& session) {
  const auto home = homes_.find(session);
  if (--home->second.outstanding == 0) homes_.erase(home);
}

void MessageHub::CountConsumers() {
  const auto started = std::count_if(members_.begin(), members_.end(),
                                     [](const auto& member) { return member->started; });
  consumers_.store(static_cast<size_t>(started), std::memory_order_release);
}

MessageHub::Member* MessageHub::Attach(CompletionPtr wake) {
  MutexLock lock(mutex_);
  if (stopped() || members_.size() == kStreamsMax) return nullptr;
  members_.push_back(std::make_unique<Member>(++last_key_, std::move(wake)));
  return members_.back().get();
}

void MessageHub::Start(Member& member) {
  MutexLock lock(mutex_);
  if (stopped()) return;
  member.started = true;
  CountConsumers();
}

std::optional<NumberedMessage> MessageHub::Next(Member& member) {
  MutexLock lock(mutex_);
  std::optional<NumberedMessage> next = member.consumer.Next();
  member.idle = !next;
  return next;
}

bool MessageHub::Acknowledge(Member& member, uint64_t number) {
  MutexLock lock(mutex_);
  return member.consumer.Acknowledge(
      number, [this](const InboundMessage& message)
                  ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { Forget(message.session); });
}

void MessageHub::Leave(Member* member) {
  CompletionBatch wakes;
  {
    MutexLock lock(mutex_);
    std::deque<InboundPtr> left = member->consumer.TakeAll();
    for (const InboundPtr& message : left) Forget(message->session);
    std::erase_if(members_, [member](const auto& other) { return other.get() == member; });
    for (InboundPtr& message : left) Route(std::move(message), InboundDrop::kConsumerGone, wakes);
    CountConsumers();  // Last: who sees that nobody is left sees what was dropped too.
  }
  completions_.Post(wakes);
}

void MessageHub::Stop() {
  CompletionBatch wakes;
  {
    MutexLock lock(mutex_);
    stopped_.store(true, std::memory_order_release);
    for (const std::unique_ptr<Member>& member : members_) {
      member->started = false;
      stats_.InboundDropped(InboundDrop::kConsumerGone, member->consumer.TakeAll().size());
      wakes.push_back(member->wake());
    }
    homes_.clear();
    CountConsumers();
  }
  completions_.Post(wakes);
}

}  // namespace wsgate
