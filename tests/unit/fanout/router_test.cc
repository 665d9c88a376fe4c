// What the router answers when shards are full or gone. Where they are neither, tests/integration
// shows it.
#include "gateway/fanout/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "gateway/shard/shard_set.h"
#include "tests/support/closed_door.h"
#include "tests/support/session_engine.h"
#include "tests/support/wait_for.h"

namespace wsgate {
namespace {

using testing::HasSubstr;

constexpr uint64_t kIncarnation = 7;

// Shard 0 runs when a test says so; shard 1 never does.
class RouterTest : public testing::Test {
 public:
  ~RouterTest() override { shards_.Clear(); }

 protected:
  RouterTest() {
    for (uint8_t i = 0; i < 2; ++i) {
      auto shard = std::make_unique<Shard>(
          SessionSettings{.incarnation = kIncarnation, .shard = i}, stats_[i], admission_, inbound_,
          events_, completions_, std::make_shared<const Limits>(),
          [](ShardCore) { return std::make_unique<ClosedDoor>(); });
      if (i == 0) first_ = shard.get();
      shards_.Add(std::move(shard));
    }
  }

  void FillControlLane(uint32_t shard) {
    while (shards_.TryPost(shard, ControlCommand(RefuseCommand{}))) {
    }
  }
  // Keeps the one answer of a call.
  template <class T>
  Router::Done<T> Keep() {
    return [this](absl::StatusOr<T> answer) {
      status_ = answer.status();
      ++answers_;
    };
  }

  ShardStats stats_[2];
  Admission admission_{1000};
  CollectingSink inbound_;
  CollectingEvents events_;
  InlineCompletions completions_;
  absl::Status status_;
  std::atomic<int> answers_{0};
  ShardSet shards_{2};
  Shard* first_ = nullptr;
  Router router_{shards_, completions_, kIncarnation};
};

TEST_F(RouterTest, ADisconnectThatOneShardCouldNotTakeSaysWhatTheOthersDid) {
  FillControlLane(1);
  router_.Disconnect(ToAudience{}, {}, Keep<uint32_t>());
  EXPECT_EQ(answers_, 0) << "shard 0 has not run yet";
  first_->Start();
  ASSERT_TRUE(WaitFor([&] { return answers_ == 1; }));
  EXPECT_EQ(status_.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status_.message()),
              HasSubstr("1 of 2 shards are busy; 0 sessions were ended; call again"));
}

TEST_F(RouterTest, ADisconnectThatNoShardCouldTakeSaysThatNothingWasDone) {
  FillControlLane(0);
  FillControlLane(1);
  router_.Disconnect(ToAudience{}, {}, Keep<uint32_t>());
  EXPECT_EQ(answers_, 1);
  EXPECT_EQ(status_.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("nothing was done"));
}

TEST_F(RouterTest, LimitsThatOneShardCouldNotTakeAreSaidToBeHalfInForce) {
  FillControlLane(1);
  first_->Start();
  router_.SetLimits(std::make_shared<const Limits>(), Keep<LimitsPtr>());
  ASSERT_TRUE(WaitFor([&] { return answers_ == 1; }));
  EXPECT_EQ(status_.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("the others have the new ones"));
}

TEST_F(RouterTest, AQuestionToAFullShardIsToBeAskedAgain) {
  FillControlLane(1);
  router_.GetSession({.incarnation = kIncarnation, .shard = 1, .slot = {}}, Keep<SessionInfo>());
  EXPECT_EQ(status_.code(), absl::StatusCode::kResourceExhausted);
  router_.ListSessions(nullptr, 10, {.shard = 1, .slot = 0}, Keep<SessionList>());
  EXPECT_EQ(status_.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(answers_, 2);
}

TEST_F(RouterTest, AQuestionToAShardThatStopsIsUnavailable) {
  router_.GetSession({.incarnation = kIncarnation, .shard = 1, .slot = {}}, Keep<SessionInfo>());
  EXPECT_EQ(answers_, 0);
  shards_.Clear();
  EXPECT_EQ(answers_, 1);
  EXPECT_EQ(status_.code(), absl::StatusCode::kUnavailable);
}

TEST_F(RouterTest, ASessionOfAnotherProcessIsNotFound) {
  router_.GetSession({.incarnation = kIncarnation + 1, .shard = 0, .slot = {}},
                     Keep<SessionInfo>());
  EXPECT_EQ(answers_, 1);
  EXPECT_EQ(status_.code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace wsgate
