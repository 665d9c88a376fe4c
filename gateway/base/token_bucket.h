// A rate limit in eight bytes: the generic cell rate algorithm (ITU-T I.371). The rate is not
// stored, so that it can change at run time without touching a session.
#pragma once

#include <algorithm>
#include <cstdint>

#include "gateway/base/clock.h"

namespace wsgate {

// How fast a bucket fills and how much it holds. `per_second` 0 means no limit.
struct Rate {
  uint64_t per_second = 0;
  uint64_t burst = 0;
};

// Flow:    Session → TokenBucket, once per read.
// Owner:   its Session.   Threads: its shard's only.
// Bounds:  never lets more than burst + per_second × elapsed tokens through.
class TokenBucket {
 public:
  // Takes `count` tokens, or none and returns false.
  [[nodiscard]] bool TryTake(uint64_t count, Rate rate, Time now) {
    if (rate.per_second == 0 || count == 0) return true;
    const double nanos_per_token = 1e9 / static_cast<double>(rate.per_second);
    const int64_t now_ns = now.time_since_epoch().count();
    const int64_t burst_ns = Nanos(nanos_per_token * static_cast<double>(rate.burst));
    const int64_t cost_ns = Nanos(nanos_per_token * static_cast<double>(count));
    const int64_t full_at = std::max(full_at_ns_, now_ns) + cost_ns;
    if (full_at - now_ns > burst_ns) return false;
    full_at_ns_ = full_at;
    return true;
  }

  // Tokens that could be taken now.
  [[nodiscard]] uint64_t Available(Rate rate, Time now) const {
    const int64_t owed_ns = std::max<int64_t>(full_at_ns_ - now.time_since_epoch().count(), 0);
    const double owed = static_cast<double>(owed_ns) * static_cast<double>(rate.per_second) / 1e9;
    return rate.burst - std::min(rate.burst, static_cast<uint64_t>(owed + 0.999));
  }

 private:
  // A slow rate with a great burst would not fit: 30 years serve as well.
  static int64_t Nanos(double nanos) { return static_cast<int64_t>(std::min(nanos, 9.4e17)); }

  int64_t full_at_ns_ = 0;  // When the bucket will be full again.
};

}  // namespace wsgate
