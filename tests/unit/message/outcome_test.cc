#include "gateway/message/outcome.h"

#include <gtest/gtest.h>

#include <numeric>

namespace wsgate {
namespace {

uint32_t Dropped(const Outcome& outcome) {
  return std::accumulate(outcome.dropped.begin(), outcome.dropped.end(), 0u);
}

TEST(OutcomeTest, EverySessionMatchedIsQueuedOrDroppedForOneReason) {
  Outcome outcome;
  for (int i = 0; i < 5; ++i) outcome.Queued();
  for (size_t reason = 0; reason < kDropReasonCount; ++reason) {
    for (size_t i = 0; i <= reason; ++i) outcome.Dropped(static_cast<DropReason>(reason));
  }
  EXPECT_EQ(outcome.queued, 5u);
  for (size_t reason = 0; reason < kDropReasonCount; ++reason) {
    EXPECT_EQ(outcome.dropped[reason], reason + 1) << kDropReasons[reason];
  }
  EXPECT_EQ(outcome.matched, outcome.queued + Dropped(outcome));
}

TEST(OutcomeTest, AddingSumsEveryFieldAndKeepsTheEquation) {
  Outcome first;
  first.Queued();
  first.Dropped(DropReason::kClosing);
  first.offline = 1;
  first.shards_asked = 1;
  first.offline_users = {"ada"};
  Outcome second;
  second.Queued();
  second.Queued();
  second.Dropped(DropReason::kClosing);
  second.Dropped(DropReason::kQueueFull);
  second.offline = 2;
  second.shards_asked = 1;
  second.shards_full = 1;
  second.offline_users = {"bob", "cyd"};
  first += second;
  EXPECT_EQ(first.matched, 6u);
  EXPECT_EQ(first.queued, 3u);
  EXPECT_EQ(first.dropped[static_cast<size_t>(DropReason::kClosing)], 2u);
  EXPECT_EQ(first.dropped[static_cast<size_t>(DropReason::kQueueFull)], 1u);
  EXPECT_EQ(first.dropped[static_cast<size_t>(DropReason::kClosed)], 0u);
  EXPECT_EQ(first.matched, first.queued + Dropped(first));
  EXPECT_EQ(first.offline, 3u);
  EXPECT_EQ(first.shards_asked, 2u);
  EXPECT_EQ(first.shards_full, 1u);
  EXPECT_EQ(first.offline_users, (std::vector<std::string>{"ada", "bob", "cyd"}));
}

}  // namespace
}  // namespace wsgate
