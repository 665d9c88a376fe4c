#include "gateway/session/wheel.h"

#include <algorithm>

namespace wsgate {

void Wheel::Set(Session& session, Time due) {
  Cancel(session);
  session.timer_due = std::max(TickOf(due), tick_ + 1);
  uint32_t& head = heads_[session.timer_due % kBuckets];
  session.timer_next = head;
  session.timer_previous = session.slot.index;  // Itself: it is the first.
  if (head != kNoSlot) table_[head].timer_previous = session.slot.index;
  head = session.slot.index;
}

void Wheel::Cancel(Session& session) {
  if (session.timer_previous == kNoSlot) return;
  if (session.timer_previous == session.slot.index) {
    heads_[session.timer_due % kBuckets] = session.timer_next;
    if (session.timer_next != kNoSlot)
      table_[session.timer_next].timer_previous = session.timer_next;
  } else {
    table_[session.timer_previous].timer_next = session.timer_next;
    if (session.timer_next != kNoSlot) {
      table_[session.timer_next].timer_previous = session.timer_previous;
    }
  }
  session.timer_next = session.timer_previous = kNoSlot;
}

void Wheel::Advance(Time now, std::vector<uint32_t>& due) {
  const uint32_t target = TickOf(now);
  // After a long pause one round over the wheel finds all that is due.
  if (target - tick_ > kBuckets) tick_ = target - kBuckets;
  while (tick_ < target) {
    ++tick_;
    for (uint32_t at = heads_[tick_ % kBuckets]; at != kNoSlot;) {
      Session& session = table_[at];
      at = session.timer_next;
      if (session.timer_due > target) continue;  // A later round.
      Cancel(session);
      due.push_back(session.slot.index);
    }
  }
}

}  // namespace wsgate
