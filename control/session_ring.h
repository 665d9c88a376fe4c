// The last events of this process's sessions, numbered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Events as they are shown to whoever watches, with numbers that follow one another.
struct ShownEvents {
  uint64_t first = 0;  // The number of the first.
  size_t bytes = 0;    // About what they take.
  std::vector<v1::WatchSessionsResponse> events;

  [[nodiscard]] uint64_t last() const { return first + events.size() - 1; }
};
using ShownEventsPtr = std::shared_ptr<const ShownEvents>;

// Flow:    WatchHub → Push() → After() → watchers.
// Owner:   WatchHub.
// Threads: one at a time; the hub's lock orders them.
// Bounds:  `events_max` events of together `bytes_max`, but always the newest batch.
class SessionRing {
 public:
  SessionRing(size_t events_max, size_t bytes_max)
      : events_max_(events_max), bytes_max_(bytes_max) {}

  // Keeps `events`, not empty, and forgets the oldest where there is no room. Where numbers are
  // left out before it, everything older is forgotten too: no gap is passed over. What is not newer
  // than the newest is not kept.
  void Push(ShownEventsPtr events);
  // Everything up to `number` is forgotten, or was never known.
  void ForgetUpTo(uint64_t number);

  // Nothing that follows `number` is forgotten.
  [[nodiscard]] bool Remembers(uint64_t number) const { return number + 1 >= first_; }
  // The batch that has number + 1; null: it has not come yet. Only if Remembers(number).
  [[nodiscard]] ShownEventsPtr After(uint64_t number) const;
  [[nodiscard]] uint64_t last() const { return last_; }

 private:
  void DropOldest();

  const size_t events_max_;
  const size_t bytes_max_;
  std::deque<ShownEventsPtr> batches_;
  size_t events_ = 0;
  size_t bytes_ = 0;
  uint64_t first_ = 1;  // The oldest number that is known; last_ + 1: none is.
  uint64_t last_ = 0;
};

}  // namespace wsgate
