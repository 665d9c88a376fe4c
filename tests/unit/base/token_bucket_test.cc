#include "gateway/base/token_bucket.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace wsgate {
namespace {

using namespace std::chrono_literals;

TEST(TokenBucketTest, RefillsWithTimeButNeverAboveTheBurst) {
  ManualClock clock;
  constexpr Rate kRate{.per_second = 10, .burst = 2};
  TokenBucket bucket;
  EXPECT_EQ(bucket.Available(kRate, clock.Now()), 2u);
  EXPECT_TRUE(bucket.TryTake(1, kRate, clock.Now()));
  EXPECT_EQ(bucket.Available(kRate, clock.Now()), 1u);
  EXPECT_TRUE(bucket.TryTake(1, kRate, clock.Now()));
  EXPECT_FALSE(bucket.TryTake(1, kRate, clock.Now())) << "the burst is spent";
  EXPECT_EQ(bucket.Available(kRate, clock.Now()), 0u);
  clock.Advance(99ms);
  EXPECT_FALSE(bucket.TryTake(1, kRate, clock.Now())) << "a token takes 100 ms";
  clock.Advance(1ms);
  EXPECT_TRUE(bucket.TryTake(1, kRate, clock.Now()));
  EXPECT_FALSE(bucket.TryTake(1, kRate, clock.Now())) << "100 ms buys one token, not two";
  clock.Advance(1h);
  EXPECT_EQ(bucket.Available(kRate, clock.Now()), 2u) << "idle time is not hoarded";
  EXPECT_FALSE(bucket.TryTake(3, kRate, clock.Now()));
  EXPECT_TRUE(bucket.TryTake(2, kRate, clock.Now()));
}

TEST(TokenBucketTest, ARefusalTakesNothing) {
  ManualClock clock;
  constexpr Rate kRate{.per_second = 1, .burst = 5};
  TokenBucket bucket;
  EXPECT_TRUE(bucket.TryTake(3, kRate, clock.Now()));
  EXPECT_FALSE(bucket.TryTake(3, kRate, clock.Now()));
  EXPECT_EQ(bucket.Available(kRate, clock.Now()), 2u);
  EXPECT_TRUE(bucket.TryTake(2, kRate, clock.Now()));
}

TEST(TokenBucketTest, NoRateMeansNoLimit) {
  TokenBucket bucket;
  const Time now = ManualClock().Now();
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(bucket.TryTake(1 << 30, Rate{}, now));
  EXPECT_TRUE(bucket.TryTake(1, Rate{.per_second = 1, .burst = 1}, now))
      << "and none of it is owed";
}

TEST(TokenBucketTest, TakingNothingAlwaysSucceeds) {
  constexpr Rate kRate{.per_second = 1, .burst = 1};
  TokenBucket bucket;
  const Time now = ManualClock().Now();
  EXPECT_TRUE(bucket.TryTake(1, kRate, now));
  EXPECT_TRUE(bucket.TryTake(0, kRate, now));
  EXPECT_FALSE(bucket.TryTake(1, kRate, now));
}

TEST(TokenBucketTest, ARateMayChangeBetweenTakes) {
  ManualClock clock;
  TokenBucket bucket;
  EXPECT_TRUE(bucket.TryTake(10, Rate{.per_second = 10, .burst = 10}, clock.Now()));
  EXPECT_FALSE(bucket.TryTake(1, Rate{.per_second = 1, .burst = 1}, clock.Now()));
  EXPECT_TRUE(bucket.TryTake(1, Rate{.per_second = 10, .burst = 20}, clock.Now()));
}

// Over any stretch of time: no more than burst + rate × time passes, up to the nanosecond a take to
// which the cost of a token is rounded; and who stays below the rate is never refused.
TEST(TokenBucketTest, NeverLetsMoreThroughThanBurstAndRateAllowAndRefusesNobodyBelowThem) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    const Rate rate{.per_second = 1 + random() % 100'000, .burst = 1 + random() % 1000};
    ManualClock clock;
    const Time start = clock.Now();
    TokenBucket greedy;
    double taken = 0;
    for (int i = 0; i < 500; ++i) {
      clock.Advance(Duration(random() % 2'000'000));
      const uint64_t count = 1 + random() % 4;
      if (greedy.TryTake(count, rate, clock.Now())) taken += static_cast<double>(count);
      const double seconds = std::chrono::duration<double>(clock.Now() - start).count();
      const double allowed =
          static_cast<double>(rate.burst) + static_cast<double>(rate.per_second) * seconds;
      const double rounding = (i + 1) * static_cast<double>(rate.per_second) / 1e9;
      ASSERT_LE(taken, allowed + rounding + 1e-6) << rate.per_second << ' ' << rate.burst;
    }
    TokenBucket modest;
    const Duration between(1'000'000'000 / rate.per_second + 1);
    for (int i = 0; i < 500; ++i, clock.Advance(between)) {
      ASSERT_TRUE(modest.TryTake(1, rate, clock.Now())) << rate.per_second;
    }
  }
}

}  // namespace
}  // namespace wsgate
