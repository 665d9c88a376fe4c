#include "gateway/session/delivery.h"

#include <utility>

namespace wsgate {
namespace {

constexpr uint32_t kVisitsPerClockRead = 8;

}  // namespace

bool Delivery::Accept(const AudiencePtr& audience, const MessagePtr& message,
                      Ticket<Outcome>& ticket) {
  SlotSet owed = finder_.Find(audience.get());
  const uint64_t bytes = message->wire.bytes.size();
  if (owed.empty()) {
    ticket.Answer(Outcome{.shards_asked = 1}, context_.completions);
    return true;
  }
  FanOut* newest = fan_outs_.empty() ? nullptr : fan_outs_.back().get();
  // An outcome that is not empty belongs to the sends that were there before: somebody has left
  // since.
  const bool joins = newest != nullptr && !newest->begun &&
                     newest->bytes + bytes <= kJoinedBytesMax && newest->outcome.matched == 0 &&
                     newest->owed == owed;
  if (!joins) {
    if (fan_outs_.size() == kFanOutsMax) return false;
    newest = fan_outs_.emplace_back(std::make_unique<FanOut>()).get();
    newest->owed = std::move(owed);
    newest->outcome.shards_asked = 1;
  }
  newest->bytes += bytes;
  newest->messages.push_back(message);
  newest->tickets.push_back(std::move(ticket));
  return true;
}

void Delivery::Visit(Session& session) {
  absl::InlinedVector<FanOut*, 4> owing;
  absl::InlinedVector<WirePtr, 4> wires;
  for (const auto& fan_out : fan_outs_) {
    if (!fan_out->owed.Remove(session.slot.index)) continue;
    fan_out->begun = true;
    owing.push_back(fan_out.get());
    wires.push_back(fan_out->encodings.For(session, fan_out->messages, encoder_));
  }
  if (owing.empty()) return;
  const SessionWriter::Report report = writer_.SendMessages(session, wires);
  for (size_t i = 0; i < owing.size(); ++i) {
    if (i < report.queued) {
      owing[i]->outcome.Queued();
    } else {
      CountDropped(report.result, wires[i]->messages, owing[i]->outcome);
    }
  }
  EndUnlessQueued(session, report.result);
}

void Delivery::CountDropped(SendResult result, uint32_t messages, Outcome& outcome) {
  const DropReason reason =
      result == SendResult::kQueueFull ? DropReason::kQueueFull : DropReason::kClosed;
  outcome.Dropped(reason);
  context_.stats.dropped[reason].Add(messages);
}

void Delivery::EndUnlessQueued(Session& session, SendResult result) {
  if (result == SendResult::kQueueFull) ender_.End(session, CloseReason::kSlowConsumer);
  if (result == SendResult::kBroken) ender_.End(session, CloseReason::kPeerGone);
}

void Delivery::Settle(Session& session) {
  if (fan_outs_.empty()) return;
  Visit(session);
  FinishEmpty();
}

void Delivery::SendDirect(Session& session, const MessagePtr& message, Encodings& encodings,
                          Outcome& outcome) {
  Settle(session);
  if (session.state != SessionState::kOpen) {
    outcome.Dropped(DropReason::kClosing);
    context_.stats.dropped[DropReason::kClosing].Add();
    return;
  }
  const WirePtr& wire = encodings.For(session, std::span(&message, 1), encoder_);
  const SessionWriter::Report report = writer_.SendMessages(session, std::span(&wire, 1));
  if (report.queued == 1) {
    outcome.Queued();
  } else {
    CountDropped(report.result, 1, outcome);
  }
  EndUnlessQueued(session, report.result);
}

void Delivery::OnLeaving(const Session& session) {
  for (const auto& fan_out : fan_outs_) {
    if (!fan_out->owed.Remove(session.slot.index)) continue;
    fan_out->outcome.Dropped(DropReason::kClosed);
    context_.stats.dropped[DropReason::kClosed].Add(fan_out->messages.size());
  }
}

bool Delivery::WorkSlice(Duration budget) {
  if (fan_outs_.empty()) return false;
  const Time until = context_.now + budget;
  uint32_t visits = 0;
  FinishEmpty();
  while (!fan_outs_.empty()) {
    FanOut& fan_out = *fan_outs_.front();
    fan_out.cursor = fan_out.owed.Next(fan_out.cursor);
    if (fan_out.cursor == kNoSlot) {
      FinishEmpty();
      continue;
    }
    const uint32_t at = std::exchange(fan_out.cursor, fan_out.owed.Next(fan_out.cursor + 1));
    // Comes out of memory while the kernel writes.
    if (fan_out.cursor != kNoSlot) __builtin_prefetch(&table_[fan_out.cursor]);
    Visit(table_[at]);
    ++visits;
    if (visits == context_.settings.visits_per_slice_max) break;
    if (visits % kVisitsPerClockRead == 0 && SteadyNow() >= until) break;
  }
  FinishEmpty();
  return !fan_outs_.empty();
}

void Delivery::FinishEmpty() {
  for (size_t i = 0; i < fan_outs_.size();) {
    if (!fan_outs_[i]->owed.empty()) {
      ++i;
      continue;
    }
    const std::unique_ptr<FanOut> done = std::move(fan_outs_[i]);
    fan_outs_.erase(fan_outs_.begin() + static_cast<ptrdiff_t>(i));
    const Time now = SteadyNow();
    for (size_t send = 0; send < done->messages.size(); ++send) {
      context_.stats.broadcast_latency.Record(now - done->messages[send]->accepted_at, now);
      done->tickets[send].Answer(done->outcome, context_.completions);
    }
  }
}

}  // namespace wsgate
