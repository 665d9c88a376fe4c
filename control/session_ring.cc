#include "control/session_ring.h"

#include <algorithm>
#include <utility>

namespace wsgate {

void SessionRing::Push(ShownEventsPtr events) {
  if (events->first <= last_) return;
  if (events->first != last_ + 1) ForgetUpTo(events->first - 1);
  events_ += events->events.size();
  bytes_ += events->bytes;
  last_ = events->last();
  batches_.push_back(std::move(events));
  while (batches_.size() > 1 && (events_ > events_max_ || bytes_ > bytes_max_)) DropOldest();
}

void SessionRing::ForgetUpTo(uint64_t number) {
  while (!batches_.empty()) DropOldest();
  last_ = number;
  first_ = number + 1;
}

void SessionRing::DropOldest() {
  const ShownEvents& oldest = *batches_.front();
  events_ -= oldest.events.size();
  bytes_ -= oldest.bytes;
  first_ = oldest.last() + 1;
  batches_.pop_front();
}

ShownEventsPtr SessionRing::After(uint64_t number) const {
  const auto found =
      std::lower_bound(batches_.begin(), batches_.end(), number + 1,
                       [](const ShownEventsPtr& batch, uint64_t it) { return batch->last() < it; });
  return found == batches_.end() ? nullptr : *found;
}

}  // namespace wsgate
