#include <gtest/gtest.h>

#include "clients/loadgen/run/rate_clock.h"

namespace wsgate::loadgen {
namespace {

uint64_t StartAllDue(RateClock& clock, Time now) {
  uint64_t started = 0;
  for (; clock.Due(now); ++started) clock.Started();
  return started;
}

TEST(RateClockTest, TheFirstAtOnceAndNeverMoreThanTheRate) {
  ManualClock time;
  RateClock clock(10, 1);
  clock.Start(time.Now());
  EXPECT_EQ(StartAllDue(clock, time.Now()), 1u);
  time.Advance(std::chrono::milliseconds(99));
  EXPECT_EQ(StartAllDue(clock, time.Now()), 0u);
  time.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(StartAllDue(clock, time.Now()), 1u);
  time.Advance(std::chrono::hours(1));
  EXPECT_EQ(StartAllDue(clock, time.Now()), 8u) << "ten in all";
}

TEST(RateClockTest, TheTotalIsRoundedUp) {
  EXPECT_EQ(RateClock(0, 10).total(), 0u);
  EXPECT_EQ(RateClock(0.1, 10).total(), 1u);
  EXPECT_EQ(RateClock(1.0 / 3, 1).total(), 1u);
  EXPECT_EQ(RateClock(100, 0.3).total(), 30u);
}

TEST(RateClockTest, NothingIsDueBeforeTheStart) {
  ManualClock time;
  RateClock clock(1000, 1);
  clock.Start(time.Now() + std::chrono::seconds(1));
  EXPECT_FALSE(clock.Due(time.Now()));
  time.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(clock.Due(time.Now()));
}

}  // namespace
}  // namespace wsgate::loadgen
