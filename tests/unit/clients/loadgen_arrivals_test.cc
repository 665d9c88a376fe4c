#include <gtest/gtest.h>

#include "clients/loadgen/run/arrivals_of_sessions.h"

namespace wsgate::loadgen {
namespace {

constexpr uint32_t kRun = 77;
const Time kSent{std::chrono::hours(1)};
const Time kNow = kSent + std::chrono::milliseconds(5);

std::string Text(Kind kind, uint32_t target, uint32_t sequence, uint32_t run = kRun) {
  return WriteStamp({.kind = kind,
                     .run = run,
                     .target = target,
                     .sequence = sequence,
                     .settled = sequence - 1,
                     .sent = kSent},
                    kStampBytes);
}

TEST(ArrivalsOfSessionsTest, EachKindIsCheckedByItself) {
  ArrivalsOfSessions arrivals(kRun, /*first=*/0, /*count=*/2, /*users=*/2);
  arrivals.Take(0, Text(Kind::kSend, 0, 1), kNow);
  arrivals.Take(0, Text(Kind::kBroadcast, 0, 1), kNow);
  arrivals.Take(0, Text(Kind::kBurst, 0, 1), kNow);
  arrivals.Take(1, Text(Kind::kBroadcast, 0, 1), kNow);
  const SentTotals sent{.to_user = {1, 1}, .broadcasts = 1, .bursts = 2};
  EXPECT_EQ(arrivals.Missing(0, Kind::kSend, sent), 0u);
  EXPECT_EQ(arrivals.Missing(1, Kind::kSend, sent), 1u);
  EXPECT_EQ(arrivals.Missing(1, Kind::kBroadcast, sent), 0u);
  EXPECT_EQ(arrivals.Missing(0, Kind::kBurst, sent), 1u);
  EXPECT_EQ(arrivals.Missing(1, Kind::kBurst, sent), 2u);
  EXPECT_EQ(arrivals.arrivals(Kind::kBroadcast).received, 2u);
  EXPECT_EQ(arrivals.latencies(Kind::kSend).Max(), std::chrono::milliseconds(5));
  EXPECT_EQ(arrivals.received(), 4u);
  EXPECT_EQ(arrivals.others(), 0u);
}

TEST(ArrivalsOfSessionsTest, UsersAreNumberedOverAllProcesses) {
  // Sessions 5 and 6 of users 0 to 3 are users 1 and 2.
  ArrivalsOfSessions arrivals(kRun, /*first=*/5, /*count=*/2, /*users=*/4);
  arrivals.Take(0, Text(Kind::kSend, 1, 1), kNow);
  EXPECT_EQ(arrivals.others(), 0u);
  arrivals.Take(0, Text(Kind::kSend, 2, 1), kNow);
  EXPECT_EQ(arrivals.others(), 1u) << "another user's message";
  const SentTotals sent{.to_user = {9, 1, 1, 9}};
  EXPECT_EQ(arrivals.Missing(0, Kind::kSend, sent), 0u);
  EXPECT_EQ(arrivals.Missing(1, Kind::kSend, sent), 1u);
}

TEST(ArrivalsOfSessionsTest, WhatIsNotThisRunsCountsAsOthers) {
  ArrivalsOfSessions arrivals(kRun, 0, 1, 1);
  arrivals.Take(0, "hello", kNow);
  arrivals.Take(0, Text(Kind::kBroadcast, 0, 1, kRun + 1), kNow);
  arrivals.Take(0, Text(Kind::kMessage, 0, 1), kNow);
  EXPECT_EQ(arrivals.others(), 3u);
  EXPECT_EQ(arrivals.received(), 0u);
}

}  // namespace
}  // namespace wsgate::loadgen
