// WatchSessions over real gRPC, its events told by the test in the place of shards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/watch_cursor.h"
#include "tests/support/wait_for.h"
#include "tests/unit/control/decode.h"
#include "tests/unit/control/server_fixture.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::Key;
using Response = v1::WatchSessionsResponse;

constexpr WatchHub::Settings kSmall{.events_max = 100,
                                    .watchers_max = 3,
                                    .pace = milliseconds(1),
                                    .remember = std::chrono::hours(1)};

// A call, read by hand.
struct Watch {
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientReader<Response>> stream;

  std::string NextUser() {
    Response response;
    if (!stream->Read(&response)) return "(end)";
    last = response;
    return response.has_connected() ? response.connected().user_id()
                                    : response.disconnected().session().user_id();
  }
  Response last = {};
};

class WatchSessionsTest : public ServerTest {
 protected:
  explicit WatchSessionsTest(const WatchHub::Settings& settings = kSmall)
      : ServerTest(0, settings) {}

  // Returns when the gateway says that it watches.
  Watch Open(const v1::WatchSessionsRequest& request = {}) {
    Watch watch{.context = Context(), .stream = nullptr};
    watch.stream = stub->WatchSessions(watch.context.get(), request);
    watch.stream->WaitForInitialMetadata();
    return watch;
  }
  grpc::Status EndOf(const v1::WatchSessionsRequest& request) {
    Watch call = Open(request);
    Response response;
    EXPECT_FALSE(call.stream->Read(&response));
    return call.stream->Finish();
  }
  static v1::WatchSessionsRequest After(const std::string& cursor) {
    v1::WatchSessionsRequest request;
    request.set_after(cursor);
    return request;
  }
  // As shards tell it: one batch.
  void Tell(const std::vector<std::string>& users,
            SessionEvent::Kind kind = SessionEvent::Kind::kConnected) {
    auto events = std::make_shared<std::vector<SessionEvent>>();
    for (const std::string& user : users) {
      events->push_back({.kind = kind,
                         .info = {.facts = SessionFacts({.user_id = user, .path = "/ws"})},
                         .at_us = 1'500'000,
                         .code = 4500,
                         .reason = CloseReason::kKicked});
    }
    if (watch.wants_events()) watch.OnEvents(events);
  }
};

TEST_F(WatchSessionsTest, WhoComesAndGoesIsToldInOrderWithNumbersAndCursors) {
  EXPECT_FALSE(watch.wants_events()) << "nobody has watched yet";
  Watch call = Open();
  EXPECT_TRUE(watch.wants_events());
  Tell({"ada", "bob"});
  Tell({"ada"}, SessionEvent::Kind::kDisconnected);
  EXPECT_EQ(call.NextUser(), "ada");
  EXPECT_TRUE(call.last.has_connected());
  EXPECT_EQ(call.last.number(), 1u);
  EXPECT_EQ(call.last.node_id(), "n1");
  EXPECT_EQ(call.last.event_time().seconds(), 1);
  EXPECT_FALSE(call.last.cursor().empty());
  EXPECT_EQ(call.NextUser(), "bob");
  EXPECT_EQ(call.NextUser(), "ada");
  EXPECT_EQ(call.last.number(), 3u);
  EXPECT_EQ(call.last.disconnected().code(), 4500u);
  EXPECT_EQ(call.last.disconnected().reason(), "kicked");
  call.context->TryCancel();
  EXPECT_EQ(call.stream->Finish().error_code(), grpc::CANCELLED);
  EXPECT_TRUE(WaitFor([&] { return watch.watchers() == 0; }));
  EXPECT_EQ(Handled(ControlRpc::kWatchSessions, grpc::CANCELLED), 1u);
}

TEST_F(WatchSessionsTest, AFilterLeavesOutAndNumbersShowTheGaps) {
  v1::WatchSessionsRequest request;
  request.mutable_filter()->add_user_ids("ada");
  Watch call = Open(request);
  Tell({"bob", "ada", "bob"});
  Tell({"bob"});
  Tell({"bob", "ada"});
  EXPECT_EQ(call.NextUser(), "ada");
  EXPECT_EQ(call.last.number(), 2u);
  EXPECT_EQ(call.NextUser(), "ada");
  EXPECT_EQ(call.last.number(), 6u);
}

TEST_F(WatchSessionsTest, ACursorGoesOnWhereItWas) {
  Watch first = Open();
  Tell({"one", "two", "three"});
  EXPECT_EQ(first.NextUser(), "one");
  const std::string cursor = first.last.cursor();
  first.context->TryCancel();
  ASSERT_TRUE(WaitFor([&] { return watch.watchers() == 0; }));
  Tell({"four"});  // Nobody watches, and it is remembered.
  Watch second = Open(After(cursor));
  EXPECT_EQ(second.NextUser(), "two");
  EXPECT_EQ(second.NextUser(), "three");
  EXPECT_EQ(second.NextUser(), "four");
  Tell({"five"});
  EXPECT_EQ(second.NextUser(), "five");
}

TEST_F(WatchSessionsTest, ACursorThatIsForgottenOrOfAnotherProcessIsOutOfRange) {
  Watch reader = Open();
  Tell({"one"});
  EXPECT_EQ(reader.NextUser(), "one");
  const std::string cursor = reader.last.cursor();
  for (int i = 0; i < 100; ++i) {  // One by one: so much is remembered, exactly.
    Tell({"x"});
    EXPECT_EQ(reader.NextUser(), "x");
  }
  EXPECT_EQ(Open(After(cursor)).NextUser(), "x") << "100 are remembered";
  Tell({"y"});
  EXPECT_EQ(reader.NextUser(), "y");
  const std::string other = ToText({.incarnation = kIncarnation + 1, .number = 1});
  const std::string future = ToText({.incarnation = kIncarnation, .number = 1'000});
  for (const std::string& gone : {cursor, other, future}) {
    const grpc::Status status = EndOf(After(gone));
    EXPECT_EQ(status.error_code(), grpc::OUT_OF_RANGE);
    EXPECT_EQ(ReasonOf(status), "CURSOR_GONE");
  }
}

TEST_F(WatchSessionsTest, BadFieldsAreNamed) {
  v1::WatchSessionsRequest request = After("nonsense");
  request.mutable_filter()->mutable_connected_for()->set_seconds(1);
  grpc::Status status = EndOf(request);
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_THAT(BadFieldsOf(status), ElementsAre(Key("after"), Key("filter.connected_for")));
  request = After(ToText({.incarnation = kIncarnation, .number = 0}));
  request.set_snapshot(true);
  status = EndOf(request);
  EXPECT_THAT(BadFieldsOf(status), ElementsAre(Key("after")));
}

TEST_F(WatchSessionsTest, ASnapshotOfNobodyEndsWithItsMarkAndACursorToGoOnFrom) {
  v1::WatchSessionsRequest request;
  request.set_snapshot(true);
  Watch call = Open(request);
  Response done;
  ASSERT_TRUE(call.stream->Read(&done));
  ASSERT_TRUE(done.has_snapshot_done());
  EXPECT_EQ(done.snapshot_done().sessions(), 0u);
  Tell({"ada"});
  EXPECT_EQ(call.NextUser(), "ada");
  EXPECT_EQ(Open(After(done.cursor())).NextUser(), "ada");
}

TEST_F(WatchSessionsTest, AWatcherThatDoesNotReadIsOvertakenAndEndsAndOthersGoOn) {
  Watch slow = Open();
  Watch fast = Open();
  const std::string large(200, 'x');
  uint64_t told = 0;
  // Beyond what HTTP/2 takes in, nothing is written to the slow one; then the ring passes it.
  while (Handled(ControlRpc::kWatchSessions, grpc::RESOURCE_EXHAUSTED) == 0) {
    ASSERT_LT(told, 1'000'000u);
    Tell(std::vector<std::string>(20, large));
    told += 20;
    while (fast.last.number() < told) ASSERT_EQ(fast.NextUser(), large);
  }
  uint64_t read = 0;
  for (; slow.NextUser() != "(end)"; ++read) ASSERT_EQ(slow.last.number(), read + 1);
  const grpc::Status status = slow.stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "WATCHER_OVERTAKEN");
  EXPECT_LT(read, told) << "what it was shown has no gap";
  Tell({"ada"});
  EXPECT_EQ(fast.NextUser(), "ada");
}

TEST_F(WatchSessionsTest, ThereIsABoundOnWatchers) {
  std::vector<Watch> calls;
  for (size_t i = 0; i < kSmall.watchers_max; ++i) calls.push_back(Open());
  const grpc::Status status = EndOf({});
  EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "WATCHERS_FULL");
  calls.pop_back();
  calls.front().context->TryCancel();
  ASSERT_TRUE(WaitFor([&] { return watch.watchers() < kSmall.watchers_max; }));
  Watch again = Open();
  Tell({"ada"});
  EXPECT_EQ(again.NextUser(), "ada");
}

TEST_F(WatchSessionsTest, AStopEndsItWithAHint) {
  Watch call = Open();
  server->Stop(seconds(60));  // Would be seen.
  EXPECT_EQ(call.NextUser(), "(end)");
  const grpc::Status status = call.stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "STOPPING");
}

class ForgetfulWatchTest : public WatchSessionsTest {
 protected:
  ForgetfulWatchTest()
      : WatchSessionsTest({.pace = milliseconds(1), .remember = milliseconds(1)}) {}
};

TEST_F(ForgetfulWatchTest, SomeTimeAfterTheLastWatcherNothingIsKeptAndNoGapIsHidden) {
  Watch first = Open();
  Tell({"one"});
  EXPECT_EQ(first.NextUser(), "one");
  const std::string cursor = first.last.cursor();
  first.context->TryCancel();
  ASSERT_TRUE(WaitFor([&] { return !watch.wants_events(); }));
  Tell({"unseen"});
  EXPECT_EQ(EndOf(After(cursor)).error_code(), grpc::OUT_OF_RANGE);
  Watch second = Open();
  Tell({"two"});
  EXPECT_EQ(second.NextUser(), "two");
  EXPECT_GT(second.last.number(), 2u) << "the number of what was not kept is left out";
}

class WideWatchTest : public WatchSessionsTest {
 protected:
  WideWatchTest() : WatchSessionsTest(WatchHub::Settings{}) {}
};

TEST_F(WideWatchTest, WhatComesTogetherIsShownWithoutAGapHoweverMuchItIs) {
  constexpr size_t kTurns = 60;
  constexpr size_t kPerTurn = 50;
  Watch call = Open();
  for (size_t turn = 0; turn < kTurns; ++turn) {
    std::vector<std::string> users;
    for (size_t i = 0; i < kPerTurn; ++i) {
      users.push_back("u" + std::to_string(turn * kPerTurn + i));
    }
    Tell(users);
  }
  for (size_t i = 0; i < kTurns * kPerTurn; ++i) {
    ASSERT_EQ(call.NextUser(), "u" + std::to_string(i));
    ASSERT_EQ(call.last.number(), i + 1);
  }
}

}  // namespace
}  // namespace wsgate
