// Latencies of a run, in the buckets that the gateway itself uses: 40 to a decade.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "gateway/base/clock.h"
#include "gateway/metrics/histogram.h"

namespace wsgate::loadgen {

// Flow:    Record() for each; summed over processes; read by the report and the plot.
// Owner:   whoever records; a value.
// Threads: one.
// Bounds:  2.6 KB. A percentile is within 5 % from 1 us to 100 s; minimum, mean and maximum are
// exact.
class Latencies {
 public:
  void Record(Duration latency);
  Latencies& operator+=(const Latencies& other);

  uint64_t count() const { return count_; }
  Duration Min() const { return count_ > 0 ? min_ : Duration::zero(); }
  Duration Max() const { return max_; }
  Duration Mean() const;
  // `share` from 0 to 1; zero when there is nothing.
  Duration Percentile(double share) const;
  uint64_t InBucket(size_t bucket) const { return buckets_[bucket]; }

  // What another process reads; buckets that are empty are left out.
  nlohmann::ordered_json ToJson() const;
  static Latencies FromJson(const nlohmann::ordered_json& json);

 private:
  std::array<uint64_t, kLatencyBuckets> buckets_{};
  uint64_t count_ = 0;
  uint64_t total_ns_ = 0;
  Duration min_ = Duration::max();
  Duration max_{0};
};

}  // namespace wsgate::loadgen
