#include "clients/loadgen/run/latencies.h"

#include <algorithm>
#include <cmath>

namespace wsgate::loadgen {

void Latencies::Record(Duration latency) {
  latency = std::max(latency, Duration::zero());
  ++buckets_[LatencyBucketOf(latency)];
  ++count_;
  total_ns_ += static_cast<uint64_t>(latency.count());
  min_ = std::min(min_, latency);
  max_ = std::max(max_, latency);
}

Latencies& Latencies::operator+=(const Latencies& other) {
  for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  total_ns_ += other.total_ns_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  return *this;
}

Duration Latencies::Mean() const {
  return Duration(count_ > 0 ? static_cast<int64_t>(total_ns_ / count_) : 0);
}

Duration Latencies::Percentile(double share) const {
  if (count_ == 0) return Duration::zero();
  const auto rank =
      std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_))));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::clamp(LatencyBucketMiddle(i), min_, max_);
  }
  return max_;
}

nlohmann::ordered_json Latencies::ToJson() const {
  nlohmann::ordered_json buckets = nlohmann::ordered_json::array();
  for (size_t i = 0; i < buckets_.size(); ++i) {
    if (buckets_[i] > 0) buckets.push_back({i, buckets_[i]});
  }
  return {{"buckets", buckets},
          {"total_ns", total_ns_},
          {"min_ns", min_.count()},
          {"max_ns", max_.count()}};
}

Latencies Latencies::FromJson(const nlohmann::ordered_json& json) {
  Latencies latencies;
  for (const auto& bucket : json.at("buckets")) {
    const auto count = bucket.at(1).get<uint64_t>();
    latencies.buckets_.at(bucket.at(0).get<size_t>()) = count;
    latencies.count_ += count;
  }
  latencies.total_ns_ = json.at("total_ns").get<uint64_t>();
  latencies.min_ = Duration(json.at("min_ns").get<int64_t>());
  latencies.max_ = Duration(json.at("max_ns").get<int64_t>());
  return latencies;
}

}  // namespace wsgate::loadgen
