// When a draining node lets its sessions go, and when each is to come back.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"

namespace wsgate {

// Releases keep an interval of 1/`per_second` between them. A shard that looks late catches up on
// at most kLateness, and the interval is longer by just that much: so the bound holds in every
// second.
//
// Returns keep the releases' order and have a moment each, an interval apart; a hint is what is
// left until its moment. Random hints would make of a bounded release a return that is not. A
// release that takes long is spread enough: whoever leaves comes back at once. One that takes less
// than kSpread, or no time at all, is stretched to it by growing hints.
//
// Flow:    App → ReleaseCommand → every Shard → Sessions::Release.
// Owner:   shared by the shards.
// Threads: any. Whichever shard has sessions left takes what is due, so none waits for another.
// Bounds:  no more than per_second releases in any second; of returns the same, but where the
//          sessions do not fit into kSpread at that rate and yet must go at once.
class ReleasePace {
 public:
  static constexpr double kAtOnce = std::numeric_limits<double>::infinity();
  static constexpr Duration kSpread = std::chrono::seconds(5);
  static constexpr Duration kLateness = std::chrono::milliseconds(10);

  ReleasePace(double per_second, uint64_t sessions, Time now)
      : interval_(Ceil((kSecond + kLateness) / per_second)),
        step_(std::max(interval_, kSpread / static_cast<int64_t>(std::max<uint64_t>(sessions, 1)))),
        due_(now),
        back_(now) {}

  // For one session that leaves now: how long it is to stay away, in whole milliseconds up to
  // kSpread. nullopt: none may leave before next_due().
  [[nodiscard]] std::optional<std::chrono::milliseconds> TryTake(Time now) {
    MutexLock lock(mutex_);
    if (now < due_) return std::nullopt;
    due_ = std::max(due_, now - kLateness) + interval_;
    const Duration away = std::clamp(back_ - now, Duration::zero(), kSpread);
    back_ += step_;
    return std::chrono::ceil<std::chrono::milliseconds>(away);
  }

  [[nodiscard]] Time next_due() const {
    MutexLock lock(mutex_);
    return due_;
  }

 private:
  static constexpr std::chrono::duration<double, std::nano> kSecond = std::chrono::seconds(1);

  static Duration Ceil(std::chrono::duration<double, std::nano> time) {
    return Duration(static_cast<int64_t>(std::ceil(time.count())));
  }

  const Duration interval_;  // Between releases.
  const Duration step_;      // Between returns.
  mutable Mutex mutex_;
  Time due_ ABSL_GUARDED_BY(mutex_);
  Time back_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wsgate
