// Latencies in log-linear buckets with decimal edges: 40 to a decade, so that 1, 2.5 and 5 of every
// power of ten are edges and what Prometheus is told is exact.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gateway/base/clock.h"

namespace wsgate {

// Bucket 0 is (0, 1 us], then 40 to a decade up to 100 s, then everything above. Each is open
// below, closed above.
inline constexpr size_t kLatencyDecades = 8;
inline constexpr size_t kLatencyBucketsPerDecade = 40;
inline constexpr size_t kLatencyBuckets = kLatencyDecades * kLatencyBucketsPerDecade + 2;

// Where a latency belongs; below 0 counts as 0.
[[nodiscard]] size_t LatencyBucketOf(Duration latency);
// The bucket's upper edge; the last bucket's is Duration::max().
[[nodiscard]] Duration LatencyBucketEnd(size_t bucket);
// What stands for the bucket's members: its middle, within 5 % of each of them (from 1 us to 100
// s).
[[nodiscard]] Duration LatencyBucketMiddle(size_t bucket);

// What people read: the last minute.
struct LatencySnapshot {
  uint64_t count = 0;
  Duration p50{0};
  Duration p90{0};
  Duration p99{0};
  Duration max{0};
};

// The counts of one histogram, or of several added up.
// Threads: a value.
struct LatencyCounts {
  std::array<uint64_t, kLatencyBuckets> total{};   // Since the start.
  std::array<uint32_t, kLatencyBuckets> minute{};  // The last 50 to 60 s.
  uint64_t total_ns = 0;                           // Sum of all latencies since the start.
  Duration minute_max{0};

  LatencyCounts& operator+=(const LatencyCounts& other);
  [[nodiscard]] uint64_t TotalCount() const;
  [[nodiscard]] LatencySnapshot Minute() const;
};

// Flow:    a shard → Record() → Read() on the asking thread → StatsValues.
// Owner:   ShardStats.
// Threads: Record() from one thread; Read() from any. A reader may miss what is being recorded, or
// a slot that is being
//          cleared; it never sees a number that was not there.
// Bounds:  about 11 KB. Relative error at most 5 % above 1 us, up to 100 s; the maximum is exact.
class LatencyHistogram {
 public:
  void Record(Duration latency, Time now);
  [[nodiscard]] LatencyCounts Read(Time now) const;

 private:
  static constexpr size_t kSlots = 6;
  static constexpr Duration kSlotTime = std::chrono::seconds(10);
  static constexpr int64_t kNoEpoch = -1;

  // Ten seconds.
  struct Slot {
    std::atomic<int64_t> epoch{kNoEpoch};  // now / kSlotTime; kNoEpoch while it is cleared.
    std::atomic<int64_t> max_ns{0};
    std::array<std::atomic<uint32_t>, kLatencyBuckets> counts{};
  };

  Slot& SlotFor(Time now);

  std::array<std::atomic<uint64_t>, kLatencyBuckets> total_{};
  std::atomic<uint64_t> total_ns_{0};
  std::array<Slot, kSlots> slots_;
};

}  // namespace wsgate
