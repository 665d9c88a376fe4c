#include "control/message_hub.h"

#include <algorithm>
#include <utility>

namespace wsgate {

// The group is null until the stream has said which.
struct MessageHub::Member : GroupMember {
  using GroupMember::GroupMember;
  ConsumerGroup* group = nullptr;
};

MessageHub::MessageHub(CompletionQueue& completions, NodeStats& stats)
    : completions_(completions), stats_(stats) {}

MessageHub::~MessageHub() = default;

InboundRefusals MessageHub::Deliver(std::vector<InboundMessage>& batch) {
  InboundRefusals refusals;
  CompletionBatch wakes;
  {
    MutexLock lock(mutex_);
    for (size_t i = 0; i < batch.size(); ++i) {
      const std::optional<InboundDrop> dropped =
          Offer(std::make_shared<const InboundMessage>(std::move(batch[i])), wakes);
      if (dropped) refusals.push_back({.index = i, .reason = *dropped});
    }
  }
  batch.clear();
  completions_.Post(wakes);
  return refusals;
}

std::optional<InboundDrop> MessageHub::Offer(const InboundPtr& message, CompletionBatch& wakes) {
  if (groups_.empty()) {
    stats_.InboundDropped(InboundDrop::kNoConsumer);
    return InboundDrop::kNoConsumer;
  }
  std::optional<InboundDrop> dropped;
  bool taken = false;
  for (const std::unique_ptr<ConsumerGroup>& group : groups_) {
    dropped = group->Offer(message, wakes);
    taken = taken || !dropped;
  }
  return taken ? std::nullopt : dropped;
}

void MessageHub::CountConsumers() {
  size_t consumers = 0;
  for (const std::unique_ptr<ConsumerGroup>& group : groups_) consumers += group->size();
  consumers_.store(consumers, std::memory_order_release);
}

MessageHub::Member* MessageHub::Attach(CompletionPtr wake) {
  MutexLock lock(mutex_);
  if (stopped() || members_.size() == kStreamsMax) return nullptr;
  members_.push_back(std::make_unique<Member>(++last_key_, std::move(wake)));
  return members_.back().get();
}

bool MessageHub::Start(Member& member, std::string_view group) {
  MutexLock lock(mutex_);
  if (stopped()) return true;  // It is woken, and sees it.
  auto found = std::find_if(groups_.begin(), groups_.end(),
                            [group](const auto& other) { return other->name() == group; });
  if (found == groups_.end()) {
    if (groups_.size() == kGroupsMax) return false;
    groups_.push_back(std::make_unique<ConsumerGroup>(group, stats_));
    found = std::prev(groups_.end());
  }
  member.group = found->get();
  member.group->Add(member);
  CountConsumers();
  return true;
}

std::optional<NumberedMessage> MessageHub::Next(Member& member) {
  MutexLock lock(mutex_);
  std::optional<NumberedMessage> next = member.consumer.Next();
  member.idle = !next;
  return next;
}

bool MessageHub::Acknowledge(Member& member, uint64_t number) {
  MutexLock lock(mutex_);
  if (member.group != nullptr) return member.group->Acknowledge(member, number);
  return member.consumer.Acknowledge(number, [](const InboundMessage&) {});  // After Stop().
}

void MessageHub::Remove(Member& member, CompletionBatch& wakes) {
  ConsumerGroup* const group = std::exchange(member.group, nullptr);
  if (group == nullptr) return;
  group->Remove(member, wakes);
  if (group->size() > 0) return;
  std::erase_if(groups_, [group](const auto& other) { return other.get() == group; });
}

void MessageHub::Leave(Member* member) {
  CompletionBatch wakes;
  {
    MutexLock lock(mutex_);
    Remove(*member, wakes);
    std::erase_if(members_, [member](const auto& other) { return other.get() == member; });
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
      member->group = nullptr;
      stats_.InboundDropped(InboundDrop::kConsumerGone, member->consumer.TakeAll().size());
      wakes.push_back(member->wake());
    }
    groups_.clear();
    CountConsumers();
  }
  completions_.Post(wakes);
}

}  // namespace wsgate
