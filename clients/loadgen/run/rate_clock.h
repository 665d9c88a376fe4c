// How many of something are due by now, at a rate and up to a number.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "gateway/base/clock.h"

namespace wsgate::loadgen {

// Flow:    while (clock.Due(now)) { start one; clock.Started(); }
// Owner:   whoever starts.
// Threads: one.
// Bounds:  rate × seconds in all, the first of them at once; what could not be started in time is
// made up for later, or never.
class RateClock {
 public:
  RateClock(double per_second, double seconds)
      : per_second_(per_second),
        total_(static_cast<uint64_t>(std::ceil(per_second * seconds - 1e-9))) {}

  void Start(Time now) { start_ = now; }
  bool Due(Time now) const {
    if (started_ >= total_) return false;
    const double elapsed = std::chrono::duration<double>(now - start_).count();
    return elapsed >= 0 && static_cast<double>(started_) <= elapsed * per_second_;
  }
  void Started() { ++started_; }
  uint64_t started() const { return started_; }
  uint64_t total() const { return total_; }

 private:
  double per_second_;
  uint64_t total_;
  uint64_t started_ = 0;
  Time start_;
};

}  // namespace wsgate::loadgen
