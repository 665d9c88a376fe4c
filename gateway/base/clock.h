// Time as the gateway sees it: steady nanoseconds, read once a turn and handed down as an argument,
// so that tests move it by hand.
#pragma once

#include <chrono>
#include <cstdint>

namespace wsgate {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;

inline Time SteadyNow() {
  return std::chrono::steady_clock::now();
}

// Wall-clock time in microseconds since 1970: for what people read, never for deadlines.
inline int64_t WallMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A clock that a test moves.
class ManualClock {
 public:
  Time Now() const { return now_; }
  void Advance(Duration by) { now_ += by; }

 private:
  Time now_ = Time(std::chrono::hours(1));
};

}  // namespace wsgate
