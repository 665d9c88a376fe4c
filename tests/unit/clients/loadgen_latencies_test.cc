#include <gtest/gtest.h>

#include "clients/loadgen/run/latencies.h"

namespace wsgate::loadgen {
namespace {

using std::chrono::milliseconds;

TEST(LatenciesTest, PercentilesAreWithinFivePercent) {
  Latencies latencies;
  for (int i = 1; i <= 1000; ++i) latencies.Record(milliseconds(i));
  EXPECT_EQ(latencies.count(), 1000u);
  EXPECT_EQ(latencies.Min(), milliseconds(1));
  EXPECT_EQ(latencies.Max(), milliseconds(1000));
  EXPECT_EQ(latencies.Mean(), Duration(500'500'000));
  const auto near = [](Duration got, double ms) {
    EXPECT_NEAR(static_cast<double>(got.count()) / 1e6, ms, ms * 0.05);
  };
  near(latencies.Percentile(0.5), 500);
  near(latencies.Percentile(0.9), 900);
  near(latencies.Percentile(0.99), 990);
  EXPECT_EQ(latencies.Percentile(0), milliseconds(1));
  EXPECT_LE(latencies.Percentile(1), milliseconds(1000));
}

TEST(LatenciesTest, NothingIsZero) {
  const Latencies latencies;
  EXPECT_EQ(latencies.Percentile(0.99), Duration::zero());
  EXPECT_EQ(latencies.Min(), Duration::zero());
  EXPECT_EQ(latencies.Mean(), Duration::zero());
}

TEST(LatenciesTest, MergedIsAsIfOneHadRecordedAll) {
  Latencies all;
  Latencies even;
  Latencies odd;
  for (int i = 1; i <= 5000; ++i) {
    const Duration latency(static_cast<int64_t>(i) * i * 977);
    all.Record(latency);
    (i % 2 == 0 ? even : odd).Record(latency);
  }
  Latencies merged;  // The empty one must not spoil the minimum.
  merged += even;
  merged += Latencies::FromJson(odd.ToJson());
  EXPECT_EQ(merged.ToJson(), all.ToJson());
  EXPECT_EQ(merged.count(), all.count());
  EXPECT_EQ(merged.Percentile(0.999), all.Percentile(0.999));
}

TEST(LatenciesTest, JsonOfABucketThatIsNoneIsRefused) {
  auto json = Latencies().ToJson();
  EXPECT_NO_THROW((void)Latencies::FromJson(json));
  json["buckets"].push_back({kLatencyBuckets, 1});
  EXPECT_THROW((void)Latencies::FromJson(json), std::out_of_range);
}

TEST(LatenciesTest, ExtremesHaveAPlace) {
  Latencies latencies;
  latencies.Record(Duration(-5));
  latencies.Record(std::chrono::hours(1));
  EXPECT_EQ(latencies.Min(), Duration::zero());
  EXPECT_EQ(latencies.Max(), std::chrono::hours(1));
  EXPECT_EQ(latencies.InBucket(0), 1u);
  EXPECT_EQ(latencies.InBucket(kLatencyBuckets - 1), 1u);
}

}  // namespace
}  // namespace wsgate::loadgen
