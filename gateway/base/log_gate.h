// Bounds how many log lines an event that peers can cause may write.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/base/token_bucket.h"

namespace wsgate {

// Owner:   one thread's object.   Threads: its owner's.
// Bounds:  20 lines a second, 100 at once; the rest is counted and told with the next line.
class LogGate {
 public:
  // nullopt: be silent. Else how many lines were left out since the last one.
  [[nodiscard]] std::optional<uint64_t> Pass(Time now) {
    constexpr Rate kRate{.per_second = 20, .burst = 100};
    if (bucket_.TryTake(1, kRate, now)) return std::exchange(left_out_, 0);
    ++left_out_;
    return std::nullopt;
  }

 private:
  TokenBucket bucket_;
  uint64_t left_out_ = 0;
};

}  // namespace wsgate
