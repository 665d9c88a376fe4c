#include "gateway/metrics/histogram.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace wsgate {
namespace {

using namespace std::chrono_literals;

constexpr double kErrorMax = 0.05;

double RelativeError(Duration shown, Duration real) {
  return std::abs(static_cast<double>((shown - real).count())) / static_cast<double>(real.count());
}

// Latencies above 1 us, up to 100 s, as many in every decade.
std::vector<Duration> RandomLatencies(size_t count) {
  std::mt19937_64 random(20261124);
  std::uniform_real_distribution<double> exponent(3.001, 11.0);
  std::vector<Duration> latencies;
  for (size_t i = 0; i < count; ++i) {
    latencies.emplace_back(static_cast<int64_t>(std::pow(10.0, exponent(random))));
  }
  return latencies;
}

TEST(LatencyBucketTest, EdgesBelongToTheBucketThatTheyEnd) {
  for (size_t bucket = 0; bucket + 1 < kLatencyBuckets; ++bucket) {
    const Duration end = LatencyBucketEnd(bucket);
    EXPECT_EQ(LatencyBucketOf(end), bucket);
    EXPECT_EQ(LatencyBucketOf(end + 1ns), bucket + 1);
  }
  EXPECT_EQ(LatencyBucketEnd(0), 1us);
  EXPECT_EQ(LatencyBucketEnd(kLatencyBuckets - 2), 100s);
}

TEST(LatencyBucketTest, WhatIsOutOfRangeGoesToTheEnds) {
  EXPECT_EQ(LatencyBucketOf(-5ms), 0u);
  EXPECT_EQ(LatencyBucketOf(0ns), 0u);
  EXPECT_EQ(LatencyBucketOf(1h), kLatencyBuckets - 1);
  EXPECT_EQ(LatencyBucketOf(Duration::max()), kLatencyBuckets - 1);
}

TEST(LatencyBucketTest, TheMiddleIsWithinTheErrorOfEveryMember) {
  for (const Duration latency : RandomLatencies(100'000)) {
    ASSERT_LE(RelativeError(LatencyBucketMiddle(LatencyBucketOf(latency)), latency), kErrorMax)
        << latency.count() << " ns";
  }
}

TEST(LatencyHistogramTest, QuantilesAreWithinTheErrorAndTheMaximumIsExact) {
  ManualClock clock;
  LatencyHistogram histogram;
  std::vector<Duration> latencies = RandomLatencies(10'001);
  for (const Duration latency : latencies) histogram.Record(latency, clock.Now());
  std::sort(latencies.begin(), latencies.end());

  const LatencySnapshot minute = histogram.Read(clock.Now()).Minute();
  EXPECT_EQ(minute.count, latencies.size());
  EXPECT_LE(RelativeError(minute.p50, latencies[5000]), kErrorMax);
  EXPECT_LE(RelativeError(minute.p90, latencies[9000]), kErrorMax);
  EXPECT_LE(RelativeError(minute.p99, latencies[9900]), kErrorMax);
  EXPECT_EQ(minute.max, latencies.back());
}

TEST(LatencyHistogramTest, NoQuantileIsAboveTheMaximum) {
  ManualClock clock;
  LatencyHistogram histogram;
  histogram.Record(1010us, clock.Now());  // Its bucket's middle is 1,050 us.
  const LatencySnapshot minute = histogram.Read(clock.Now()).Minute();
  EXPECT_EQ(minute.p50, 1010us);
  EXPECT_EQ(minute.p99, 1010us);
  EXPECT_EQ(minute.max, 1010us);
}

TEST(LatencyHistogramTest, NothingRecordedIsAllZero) {
  ManualClock clock;
  const LatencySnapshot minute = LatencyHistogram().Read(clock.Now()).Minute();
  EXPECT_EQ(minute.count, 0u);
  EXPECT_EQ(minute.p99, 0ns);
  EXPECT_EQ(minute.max, 0ns);
}

TEST(LatencyHistogramTest, TheMinutePassesAndTheTotalStays) {
  ManualClock clock;  // Starts on a slot's edge.
  LatencyHistogram histogram;
  histogram.Record(5s, clock.Now());
  clock.Advance(30s);
  histogram.Record(1ms, clock.Now());

  clock.Advance(29s);  // 59 s after the first.
  LatencySnapshot minute = histogram.Read(clock.Now()).Minute();
  EXPECT_EQ(minute.count, 2u);
  EXPECT_EQ(minute.max, 5s);

  clock.Advance(1s);
  minute = histogram.Read(clock.Now()).Minute();
  EXPECT_EQ(minute.count, 1u) << "the first is a minute old";
  EXPECT_EQ(minute.max, 1ms);

  clock.Advance(1min);
  const LatencyCounts counts = histogram.Read(clock.Now());
  EXPECT_EQ(counts.Minute().count, 0u)
      << "old slots count for nothing, even if none has replaced them";
  EXPECT_EQ(counts.TotalCount(), 2u);
  EXPECT_EQ(counts.total_ns, 5'001'000'000u);
}

TEST(LatencyHistogramTest, ASlotIsClearedBeforeItIsUsedAgain) {
  ManualClock clock;
  LatencyHistogram histogram;
  for (int round = 0; round < 100; ++round) {
    histogram.Record(1ms, clock.Now());
    const uint64_t count = histogram.Read(clock.Now()).Minute().count;
    EXPECT_EQ(count, std::min(round + 1, 6));
    clock.Advance(10s);
  }
}

TEST(LatencyHistogramTest, CountsOfShardsAddUp) {
  ManualClock clock;
  LatencyHistogram one, other, all;
  const std::vector<Duration> latencies = RandomLatencies(2'000);
  for (size_t i = 0; i < latencies.size(); ++i) {
    (i % 3 == 0 ? one : other).Record(latencies[i], clock.Now());
    all.Record(latencies[i], clock.Now());
  }
  LatencyCounts sum = one.Read(clock.Now());
  sum += other.Read(clock.Now());
  const LatencyCounts expected = all.Read(clock.Now());
  EXPECT_EQ(sum.total, expected.total);
  EXPECT_EQ(sum.minute, expected.minute);
  EXPECT_EQ(sum.total_ns, expected.total_ns);
  EXPECT_EQ(sum.minute_max, expected.minute_max);
}

TEST(LatencyHistogramTest, AReaderOnAnotherThreadSeesOnlyWhatWasRecorded) {
  auto histogram = std::make_unique<LatencyHistogram>();
  constexpr uint64_t kEvents = 100'000;
  const Time start = ManualClock().Now();
  std::atomic<bool> done = false;
  std::thread writer([&] {  // A slot is cleared every 100 records.
    for (uint64_t i = 0; i < kEvents; ++i) histogram->Record(3ms, start + i * 100ms);
    done = true;
  });
  const size_t bucket = LatencyBucketOf(3ms);
  while (!done) {
    const LatencyCounts counts = histogram->Read(start);
    ASSERT_EQ(counts.TotalCount(), counts.total[bucket]);
    const LatencySnapshot minute = counts.Minute();
    ASSERT_LE(minute.count, 600u);
    ASSERT_LE(minute.max, 3ms);
  }
  writer.join();
  EXPECT_EQ(histogram->Read(start).TotalCount(), kEvents);
}

}  // namespace
}  // namespace wsgate
