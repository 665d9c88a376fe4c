// A shard's loop and thread, with a door that lets nobody in.
#include "gateway/shard/shard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "gateway/shard/shard_set.h"
#include "tests/support/closed_door.h"
#include "tests/support/session_engine.h"

namespace wsgate {
namespace {

class ShardTest : public testing::Test {
 protected:
  ShardTest() {
    shards_.Add(std::make_unique<Shard>(SessionSettings{}, stats_, admission_, inbound_, events_,
                                        completions_, std::make_shared<const Limits>(),
                                        [](ShardCore) { return std::make_unique<ClosedDoor>(); }));
  }
  // A question whose answer raises `answered_`; a part that nobody answered raises `dropped_`.
  Ticket<uint32_t> Ask() {
    return {MakeJoin<uint32_t>(
                1, completions_,
                [this](Join<uint32_t>::Parts& parts) { (parts[0].ok() ? answered_ : dropped_)++; }),
            0};
  }

  ShardStats stats_;
  Admission admission_{1000};
  CollectingSink inbound_;
  CollectingEvents events_;
  InlineCompletions completions_;
  std::atomic<int> answered_{0};
  std::atomic<int> dropped_{0};
  ShardSet shards_{1};
};

TEST_F(ShardTest, CommandsAreAnsweredFromWhateverThreadTheyCome) {
  shards_.Start();
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int n = 0; n < 500; ++n) {
        EXPECT_TRUE(shards_.TryPost(0, ControlCommand(KickSessionCommand{.ticket = Ask()})));
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_TRUE(WaitFor([&] { return answered_ == 2000; }));
  shards_.Clear();
  EXPECT_EQ(dropped_, 0);
}

TEST_F(ShardTest, WhatIsPostedToAShardThatNeverRanIsAnsweredAtItsEnd) {
  ASSERT_TRUE(shards_.TryPost(0, ControlCommand(KickSessionCommand{.ticket = Ask()})));
  Outcome outcome;
  auto join = MakeJoin<Outcome>(1, completions_, [this](Join<Outcome>::Parts& parts) {
    (parts[0].ok() ? answered_ : dropped_)++;
  });
  ASSERT_TRUE(shards_.TryPost(
      0, SendCommand(SendToUserCommand{
             .user_id = "ada", .message = TextMessage("x"), .ticket = {std::move(join), 0}})));
  shards_.Clear();
  EXPECT_EQ(answered_, 0);
  EXPECT_EQ(dropped_, 2);
}

TEST_F(ShardTest, AnIdleShardSleeps) {
  shards_.Start();
  ASSERT_TRUE(shards_.TryPost(0, ControlCommand(KickSessionCommand{.ticket = Ask()})));
  ASSERT_TRUE(WaitFor([&] { return answered_ == 1; }));
  const auto turns = [&] { return ReadStats(stats_, SteadyNow()).loop_lag.TotalCount(); };
  ASSERT_TRUE(WaitFor([&] { return turns() > 0; }));
  const uint64_t before = turns();
  EXPECT_FALSE(WaitFor([&] { return turns() > before + 2; }, std::chrono::milliseconds(100)));
  shards_.Clear();
}

}  // namespace
}  // namespace wsgate
