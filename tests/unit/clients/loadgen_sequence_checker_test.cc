#include <gtest/gtest.h>

#include "clients/loadgen/run/sequence_checker.h"

namespace wsgate::loadgen {
namespace {

using Verdict = SequenceChecker::Verdict;

TEST(SequenceCheckerTest, WhatComesInOrderIsNew) {
  SequenceChecker checker;
  for (uint32_t i = 1; i <= 1000; ++i) EXPECT_EQ(checker.Take(i, i - 1), Verdict::kNew) << i;
  EXPECT_EQ(checker.received(), 1000u);
}

TEST(SequenceCheckerTest, ALossShowsInWhatWasReceived) {
  SequenceChecker checker;
  for (uint32_t i = 1; i <= 1000; ++i) {
    if (i == 10 || i == 700) continue;
    EXPECT_EQ(checker.Take(i, i - 1), Verdict::kNew);
  }
  EXPECT_EQ(checker.received(), 998u);
}

TEST(SequenceCheckerTest, ARepetitionIsFoundAndNotCounted) {
  SequenceChecker checker;
  EXPECT_EQ(checker.Take(1, 0), Verdict::kNew);
  EXPECT_EQ(checker.Take(2, 1), Verdict::kNew);
  EXPECT_EQ(checker.Take(2, 1), Verdict::kTwice);
  EXPECT_EQ(checker.Take(1, 0), Verdict::kTwice);
  EXPECT_EQ(checker.received(), 2u);
}

TEST(SequenceCheckerTest, BehindWhatWasSentAfterItsAnswerItIsOutOfOrder) {
  SequenceChecker checker;
  EXPECT_EQ(checker.Take(1, 0), Verdict::kNew);
  EXPECT_EQ(checker.Take(3, 2), Verdict::kNew) << "2 is settled and has not come";
  EXPECT_EQ(checker.Take(2, 1), Verdict::kOutOfOrder);
  EXPECT_EQ(checker.received(), 3u) << "late, and not lost";
}

TEST(SequenceCheckerTest, WhatWasUnderWayAtOnceHasNoOrder) {
  SequenceChecker checker;
  EXPECT_EQ(checker.Take(3, 0), Verdict::kNew);
  EXPECT_EQ(checker.Take(1, 0), Verdict::kNew);
  EXPECT_EQ(checker.Take(2, 0), Verdict::kNew);
  EXPECT_EQ(checker.Take(5, 3), Verdict::kNew);
  EXPECT_EQ(checker.Take(4, 3), Verdict::kNew) << "4 was not settled when 5 was sent";
}

TEST(SequenceCheckerTest, TheWindowMovesByAnyStep) {
  for (const uint32_t step : {1u, 31u, 32u, 33u, 255u, 256u, 257u, 100'000u}) {
    SequenceChecker checker;
    EXPECT_EQ(checker.Take(1, 0), Verdict::kNew);
    EXPECT_EQ(checker.Take(200, 0), Verdict::kNew);
    const uint32_t newest = SequenceChecker::kWindow + step;
    EXPECT_EQ(checker.Take(newest, 0), Verdict::kNew);
    EXPECT_EQ(checker.Take(newest, 0), Verdict::kTwice);
    const uint32_t oldest = newest - SequenceChecker::kWindow + 1;
    EXPECT_EQ(checker.Take(oldest - 1, 0), Verdict::kTooOld) << step;
    EXPECT_EQ(checker.Take(oldest, 0), oldest == 200 ? Verdict::kTwice : Verdict::kNew) << step;
    if (oldest >= 200) continue;
    EXPECT_EQ(checker.Take(200, 0), Verdict::kTwice) << step;
    EXPECT_EQ(checker.Take(201, 0), Verdict::kNew) << step;
  }
}

TEST(ArrivalsTest, CountsWhatTheVerdictsMean) {
  Arrivals arrivals;
  arrivals.Count(Verdict::kNew);
  arrivals.Count(Verdict::kOutOfOrder);
  arrivals.Count(Verdict::kTwice);
  arrivals.Count(Verdict::kTooOld);
  EXPECT_EQ(arrivals.received, 2u);
  EXPECT_EQ(arrivals.twice, 1u);
  EXPECT_EQ(arrivals.out_of_order, 2u);
  arrivals += arrivals;
  EXPECT_EQ(arrivals.received, 4u);
}

}  // namespace
}  // namespace wsgate::loadgen
