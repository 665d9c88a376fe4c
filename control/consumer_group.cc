#include "control/consumer_group.h"

#include <deque>

namespace wsgate {

size_t ConsumerGroup::SessionHash::operator()(const SessionId& id) const {
  return absl::HashOf(id.incarnation, id.shard, id.slot.index, id.slot.generation);
}

GroupMember* ConsumerGroup::ChooseFor(const SessionId& session) const {
  const size_t hash = SessionHash{}(session);
  GroupMember* best = nullptr;
  uint64_t best_weight = 0;
  for (GroupMember* const member : members_) {
    const uint64_t weight = member->WeightFor(hash);
    if (best == nullptr || weight > best_weight) {
      best = member;
      best_weight = weight;
    }
  }
  return best;
}

std::optional<InboundDrop> ConsumerGroup::Route(InboundPtr message, InboundDrop nobody,
                                                CompletionBatch& wakes) {
  const auto drop = [this](InboundDrop reason) {
    stats_.InboundDropped(reason);
    return reason;
  };
  const SessionId session = message->session;
  const auto known = homes_.find(session);
  GroupMember* const member = known != homes_.end() ? known->second.member : ChooseFor(session);
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

bool ConsumerGroup::Acknowledge(GroupMember& member, uint64_t number) {
  return member.consumer.Acknowledge(
      number, [this](const InboundMessage& message) { Forget(message.session); });
}

void ConsumerGroup::Forget(const SessionId& session) {
  const auto home = homes_.find(session);
  if (--home->second.outstanding == 0) homes_.erase(home);
}

void ConsumerGroup::Remove(GroupMember& member, CompletionBatch& wakes) {
  std::deque<InboundPtr> left = member.consumer.TakeAll();
  for (const InboundPtr& message : left) Forget(message->session);
  std::erase(members_, &member);
  for (InboundPtr& message : left) Route(std::move(message), InboundDrop::kConsumerGone, wakes);
}

}  // namespace wsgate
