#include "gateway/metrics/histogram.h"

#include <cmath>

namespace wsgate {
namespace {

constexpr int64_t kFirstEdgeNs = 1000;  // 1 us.

// Two leading digits, 10 to 99, to the bucket inside a decade: steps of 1 to 30, of 2 to 50, of 5
// to 100.
constexpr size_t PlaceOf(int64_t digits) {
  if (digits < 30) return digits - 10;
  if (digits < 50) return 20 + (digits - 30) / 2;
  return 30 + (digits - 50) / 5;
}

// The upper edge of a place, in the same two digits.
constexpr int64_t PlaceEnd(size_t place) {
  const int64_t at = static_cast<int64_t>(place);
  if (at < 20) return 11 + at;
  if (at < 30) return 32 + 2 * (at - 20);
  return 55 + 5 * (at - 30);
}
static_assert(PlaceOf(99) + 1 == kLatencyBucketsPerDecade);
static_assert(PlaceEnd(kLatencyBucketsPerDecade - 1) == 100);

int64_t BucketEndNs(size_t bucket) {
  if (bucket == 0) return kFirstEdgeNs;
  int64_t unit_ns = kFirstEdgeNs / 10;
  for (size_t decade = (bucket - 1) / kLatencyBucketsPerDecade; decade > 0; --decade) unit_ns *= 10;
  return PlaceEnd((bucket - 1) % kLatencyBucketsPerDecade) * unit_ns;
}

int64_t BucketBeginNs(size_t bucket) {
  return bucket == 0 ? 0 : BucketEndNs(bucket - 1);
}

}  // namespace

size_t LatencyBucketOf(Duration latency) {
  // Buckets are closed above, as Prometheus's `le` is: 1 ms exactly belongs to what ends at 1 ms.
  const int64_t below = latency.count() - 1;
  if (below < kFirstEdgeNs) return 0;
  int64_t unit_ns = kFirstEdgeNs / 10;
  size_t decade = 0;
  while (below >= unit_ns * 100) {
    if (++decade == kLatencyDecades) return kLatencyBuckets - 1;
    unit_ns *= 10;
  }
  return 1 + decade * kLatencyBucketsPerDecade + PlaceOf(below / unit_ns);
}

Duration LatencyBucketEnd(size_t bucket) {
  return bucket + 1 < kLatencyBuckets ? Duration(BucketEndNs(bucket)) : Duration::max();
}

Duration LatencyBucketMiddle(size_t bucket) {
  const int64_t begin_ns = BucketBeginNs(bucket);
  if (bucket + 1 == kLatencyBuckets) return Duration(begin_ns);
  return Duration((begin_ns + BucketEndNs(bucket)) / 2);
}

LatencyCounts& LatencyCounts::operator+=(const LatencyCounts& other) {
  for (size_t i = 0; i < kLatencyBuckets; ++i) {
    total[i] += other.total[i];
    minute[i] += other.minute[i];
  }
  total_ns += other.total_ns;
  minute_max = std::max(minute_max, other.minute_max);
  return *this;
}

uint64_t LatencyCounts::TotalCount() const {
  uint64_t count = 0;
  for (const uint64_t in_bucket : total) count += in_bucket;
  return count;
}

LatencySnapshot LatencyCounts::Minute() const {
  LatencySnapshot snapshot;
  size_t last = 0;
  for (size_t i = 0; i < kLatencyBuckets; ++i) {
    snapshot.count += minute[i];
    if (minute[i] > 0) last = i;
  }
  if (snapshot.count == 0) return snapshot;
  // A reader may have seen a count before the maximum that goes with it.
  snapshot.max = std::max(minute_max, Duration(BucketBeginNs(last)));
  const auto quantile = [&](double share) {
    const auto rank = static_cast<uint64_t>(std::ceil(share * static_cast<double>(snapshot.count)));
    uint64_t seen = 0;
    for (size_t i = 0; i < kLatencyBuckets; ++i) {
      seen += minute[i];
      if (seen >= rank) return std::min(LatencyBucketMiddle(i), snapshot.max);
    }
    return snapshot.max;
  };
  snapshot.p50 = quantile(0.50);
  snapshot.p90 = quantile(0.90);
  snapshot.p99 = quantile(0.99);
  return snapshot;
}

void LatencyHistogram::Record(Duration latency, Time now) {
  latency = std::max(latency, Duration::zero());
  const size_t bucket = LatencyBucketOf(latency);
  const auto add = [](auto& cell, auto by) {  // One writer: no locked instruction.
    cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  };
  Slot& slot = SlotFor(now);
  if (latency.count() > slot.max_ns.load(std::memory_order_relaxed)) {
    slot.max_ns.store(latency.count(), std::memory_order_relaxed);
  }
  add(slot.counts[bucket], 1u);
  add(total_ns_, static_cast<uint64_t>(latency.count()));
  add(total_[bucket], uint64_t{1});
}

LatencyHistogram::Slot& LatencyHistogram::SlotFor(Time now) {
  const int64_t epoch = now.time_since_epoch() / kSlotTime;
  Slot& slot = slots_[static_cast<size_t>(epoch) % kSlots];
  if (slot.epoch.load(std::memory_order_relaxed) == epoch) return slot;
  // Released, so that a reader who sees a cleared cell also sees that the slot is not what it was.
  slot.epoch.store(kNoEpoch, std::memory_order_relaxed);
  slot.max_ns.store(0, std::memory_order_release);
  for (auto& count : slot.counts) count.store(0, std::memory_order_release);
  slot.epoch.store(epoch, std::memory_order_release);
  return slot;
}

LatencyCounts LatencyHistogram::Read(Time now) const {
  const int64_t oldest = now.time_since_epoch() / kSlotTime - static_cast<int64_t>(kSlots) + 1;
  LatencyCounts counts;
  for (size_t i = 0; i < kLatencyBuckets; ++i) {
    counts.total[i] = total_[i].load(std::memory_order_relaxed);
  }
  counts.total_ns = total_ns_.load(std::memory_order_relaxed);
  for (const Slot& slot : slots_) {
    const int64_t epoch = slot.epoch.load(std::memory_order_acquire);
    if (epoch < oldest) continue;
    std::array<uint32_t, kLatencyBuckets> in_slot;
    const Duration max(slot.max_ns.load(std::memory_order_acquire));
    for (size_t i = 0; i < kLatencyBuckets; ++i) {
      in_slot[i] = slot.counts[i].load(std::memory_order_acquire);
    }
    if (slot.epoch.load(std::memory_order_relaxed) != epoch) continue;  // It was being cleared.
    for (size_t i = 0; i < kLatencyBuckets; ++i) counts.minute[i] += in_slot[i];
    counts.minute_max = std::max(counts.minute_max, max);
  }
  return counts;
}

}  // namespace wsgate
