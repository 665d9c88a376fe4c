// One shard's session engine: bounds of queues, ends, filters, deadlines.
#include "gateway/session/sessions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/session_engine.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<RawFrame> Frames(Connected& session) {
  std::vector<RawFrame> frames;
  session.client.TakeAvailable();
  while (auto frame = session.client.ReadFrame(milliseconds(0))) frames.push_back(*frame);
  return frames;
}

Limits SmallQueue() {
  Limits limits;
  limits.queued_bytes_per_session_max = 100'000;
  return limits;
}

TEST(SessionsTest, AQueueFillsToItsBoundAndThenItsSessionEnds) {
  SessionEngine engine(SmallQueue());
  Connected slow = engine.Connect({.user_id = "slow"}, /*send_buffer=*/4096);
  const std::string text(10'000, 'x');
  uint32_t queued = 0;
  Outcome outcome;
  do {
    ASSERT_LE(engine.Stats().queued_bytes, 100'000);
    outcome = engine.SendToUser("slow", text);
    queued += outcome.queued;
  } while (outcome.queued == 1 && queued < 1000);
  EXPECT_EQ(outcome.matched, 1u);
  EXPECT_EQ(outcome.dropped[static_cast<size_t>(DropReason::kQueueFull)], 1u);
  EXPECT_EQ(engine.Stats().closed[CloseReason::kSlowConsumer], 1u);
  EXPECT_EQ(engine.Stats().sessions, 0);
  EXPECT_EQ(engine.SendToUser("slow", text).offline, 1u);

  // What was begun is finished, the rest is dropped and counted, then comes the Close frame.
  std::vector<RawFrame> got;
  for (int i = 0; i < 50 && (got.empty() || got.back().opcode != Opcode::kClose); ++i) {
    for (RawFrame& frame : Frames(slow)) got.push_back(std::move(frame));
    engine.Writable(slow.slot);
  }
  ASSERT_FALSE(got.empty());
  EXPECT_EQ(got.back().opcode, Opcode::kClose);
  EXPECT_EQ(got.back().close_code(), 4002);
  const StatsValues stats = engine.Stats();
  EXPECT_EQ(stats.messages_sent, queued);
  EXPECT_EQ(stats.messages_sent, got.size() - 1 + stats.queue_dropped);
  EXPECT_EQ(stats.queued_bytes, 0);
}

TEST(SessionsTest, WhatIsPartlyTakenOfSeveralIsCountedMessageByMessage) {
  Limits limits = SmallQueue();
  SessionEngine engine(limits, SessionSettings{.visits_per_slice_max = 1});
  Connected slow = engine.Connect({.user_id = "slow"}, /*send_buffer=*/4096);
  Connected other = engine.Connect({.path = "/ws/other"});
  auto only_slow = std::make_shared<Audience>();
  only_slow->filter.user_ids.insert("slow");
  std::vector<AnswerPtr> answers;
  for (int i = 0; i < 30; ++i) {  // Alternating audiences: none joins.
    answers.push_back(engine.Send(i % 2 == 0 ? nullptr : only_slow, std::string(9'000, 'x')));
  }
  engine.Finish();
  uint64_t queued = 0;
  for (const AnswerPtr& answer : answers) {
    ASSERT_EQ(answer->times, 1);
    EXPECT_EQ(answer->outcome.matched, answer->outcome.queued + answer->outcome.dropped[0]);
    queued += answer->outcome.queued;
  }
  EXPECT_EQ(engine.Stats().messages_sent, queued);
  size_t got = Frames(other).size();
  for (int i = 0; i < 50; ++i) {
    for (const RawFrame& frame : Frames(slow)) got += frame.opcode == Opcode::kText;
    engine.Writable(slow.slot);
  }
  EXPECT_EQ(got + engine.Stats().queue_dropped, queued);
}

TEST(SessionsTest, AQueueDrainsWhenTheSocketTakesMore) {
  SessionEngine engine;
  Connected peer = engine.Connect({.user_id = "ada"}, /*send_buffer=*/4096);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(engine.SendToUser("ada", std::to_string(i) + std::string(3000, 'x')).queued, 1u);
  }
  EXPECT_GT(engine.Stats().queued_bytes, 0);
  std::vector<RawFrame> got;
  while (got.size() < 20) {
    for (RawFrame& frame : Frames(peer)) got.push_back(std::move(frame));
    engine.Writable(peer.slot);
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(got[i].payload.starts_with(std::to_string(i) + "x"));
  }
  EXPECT_EQ(engine.Stats().queued_bytes, 0);
  EXPECT_EQ(engine.sessions().Describe(peer.slot)->messages_sent, 20u);
}

TEST(SessionsTest, AHangUpBehindTheLastMessageIsSeen) {
  SessionEngine engine;
  Connected peer = engine.Connect({.user_id = "ada"});
  peer.client.Send(TextFrame("last words"));
  peer.client.ShutDownWrite();
  engine.HungUp(peer.slot);  // Data and hang-up in one event: there will be no other.
  engine.Finish();
  ASSERT_EQ(engine.inbound().messages.size(), 1u);
  EXPECT_EQ(engine.inbound().messages[0].payload, "last words");
  EXPECT_EQ(engine.Stats().closed[CloseReason::kPeerGone], 1u);
  EXPECT_EQ(engine.Stats().sessions, 0);
}

TEST(SessionsTest, ACloseIsEchoedWithItsCode) {
  SessionEngine engine;
  Connected peer = engine.Connect({});
  peer.client.Send(CloseFrameBytes(3123));
  engine.Readable(peer.slot);
  const std::vector<RawFrame> frames = Frames(peer);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].close_code(), 3123);
  EXPECT_TRUE(peer.client.WaitForEof(milliseconds(100))) << "the gateway shuts its side";
  EXPECT_EQ(engine.Stats().closed[CloseReason::kClientClosed], 1u);
}

TEST(SessionsTest, SilenceIsAskedAndThenEnds) {
  SessionEngine engine({}, SessionSettings{.ping_interval = seconds(10)});
  Connected silent = engine.Connect({});
  Connected lively = engine.Connect({});
  for (int second = 0; second < 40; ++second) {
    engine.NextTurn(seconds(1));
    lively.client.Send(ClientFrameBytes(0xA, ""));
    engine.Readable(lively.slot);
  }
  const std::vector<RawFrame> frames = Frames(silent);
  ASSERT_GE(frames.size(), 2u);
  EXPECT_EQ(frames[0].opcode, Opcode::kPing);
  EXPECT_EQ(frames.back().close_code(), 4004);
  EXPECT_TRUE(Frames(lively).empty()) << "heard of late: no ping";
  EXPECT_EQ(engine.Stats().sessions, 1);
}

TEST(SessionsTest, APeerThatIgnoresTheCloseIsCutAfterTheTimeout) {
  SessionEngine engine({}, SessionSettings{.close_timeout = seconds(2)});
  Connected deaf = engine.Connect({});
  const uint64_t before = engine.admission().descriptors.taken();
  EXPECT_EQ(engine.sessions().KickSession(deaf.slot, {}), 1u);
  engine.NextTurn(seconds(1));
  engine.NextTurn();
  EXPECT_EQ(engine.admission().descriptors.taken(), before);
  EXPECT_FALSE(engine.sessions().empty());
  engine.NextTurn(seconds(2));
  engine.NextTurn();
  EXPECT_EQ(engine.admission().descriptors.taken(), before - 1);
  EXPECT_TRUE(engine.sessions().empty());
}

TEST(SessionsTest, FiltersNameWhomTheySay) {
  SessionEngine engine;
  Connected ada = engine.Connect({.user_id = "ada", .path = "/ws/a", .metadata = {{"k", "1"}}});
  Connected bob = engine.Connect({.user_id = "bob",
                                  .path = "/ws/b",
                                  .subprotocol = Subprotocol::kRaw,
                                  .metadata = {{"k", "2"}}});
  Connected anonymous = engine.Connect({.path = "/ws/a/x"});
  const auto count = [&](const auto& change) {
    Audience audience;
    change(audience);
    return engine.sessions().List(&audience, 0, 100).sessions.size();
  };
  const std::string ada_id = engine.sessions().Describe(ada.slot)->id.ToString();
  EXPECT_EQ(count([](Audience&) {}), 3u);
  EXPECT_EQ(count([](Audience& a) { a.filter.path_prefix = "/ws/a"; }), 2u);
  EXPECT_EQ(count([](Audience& a) { a.filter.user_ids = {"ada", "ghost"}; }), 1u);
  EXPECT_EQ(count([](Audience& a) { a.filter.subprotocol = "wsgate.raw"; }), 1u);
  EXPECT_EQ(count([](Audience& a) { a.filter.metadata = {{"k", "2"}}; }), 1u);
  EXPECT_EQ(count([&](Audience& a) { a.filter.session_ids = {ada_id}; }), 1u);
  EXPECT_EQ(count([](Audience& a) { a.filter.connected_for = std::chrono::hours(1); }), 0u);
  EXPECT_EQ(count([](Audience& a) {
              a.filter.path_prefix = "/ws/a";
              a.filter.user_ids = {"bob"};
            }),
            0u)
      << "fields are joined by and";
  EXPECT_EQ(count([](Audience& a) { a.exclusions.user_ids = {"ada"}; }), 2u);
  EXPECT_EQ(count([&](Audience& a) { a.exclusions.session_ids = {ada_id}; }), 2u);
  // The same through a fan-out, which looks sessions up by the ids it is given.
  auto audience = std::make_shared<Audience>();
  audience->filter.session_ids = {ada_id, "nonsense"};
  const AnswerPtr answer = engine.Send(audience, "you");
  engine.Finish();
  EXPECT_EQ(answer->outcome.matched, 1u);
}

TEST(SessionsTest, ALimitThatChangesHoldsForOpenSessions) {
  SessionEngine engine;
  Connected peer = engine.Connect({});
  Limits limits;
  limits.message_bytes_max = 10;
  engine.sessions().SetLimits(std::make_shared<const Limits>(limits));
  peer.client.Send(TextFrame("0123456789"));
  engine.Readable(peer.slot);
  EXPECT_EQ(engine.Stats().sessions, 1);
  peer.client.Send(TextFrame("0123456789x"));
  engine.Readable(peer.slot);
  EXPECT_EQ(engine.Stats().closed[CloseReason::kMessageTooBig], 1u);
}

TEST(SessionsTest, ALimitOfItsOwnHoldsInPlaceOfTheNodes) {
  SessionEngine engine(SmallQueue());
  Connected own = engine.Connect({.limits = {.message_bytes_max = 10, .messages_per_second = 1}});
  Connected other = engine.Connect({});
  own.client.Send(TextFrame("0123456789") + TextFrame("0123456789"));
  other.client.Send(TextFrame("0123456789x") + TextFrame("0123456789x") + TextFrame("third"));
  engine.Readable(own.slot);
  engine.Readable(other.slot);
  EXPECT_EQ(engine.Stats().sessions, 2) << "a rate without a burst of its own bursts to twice it";
  own.client.Send(TextFrame("third"));
  engine.Readable(own.slot);
  EXPECT_EQ(engine.Stats().closed[CloseReason::kMessageRate], 1u);
  Connected small = engine.Connect({.limits = {.message_bytes_max = 10}});
  small.client.Send(TextFrame("0123456789x"));
  engine.Readable(small.slot);
  EXPECT_EQ(engine.Stats().closed[CloseReason::kMessageTooBig], 1u);
}

TEST(SessionsTest, AQueueOfItsOwnIsBoundedByItsOwnLimit) {
  SessionEngine engine(SmallQueue());
  Connected own = engine.Connect(
      {.user_id = "own", .limits = {.queued_bytes_per_session_max = 20'000}}, /*send_buffer=*/4096);
  Connected other = engine.Connect({.user_id = "other"}, /*send_buffer=*/4096);
  const std::string text(50'000, 'x');
  EXPECT_EQ(engine.SendToUser("other", text).queued, 1u);
  EXPECT_EQ(engine.SendToUser("own", text).queued, 1u) << "a message that is begun is kept";
  EXPECT_EQ(engine.Stats().closed[CloseReason::kSlowConsumer], 1u);
  EXPECT_EQ(engine.SendToUser("other", "x").queued, 1u);
}

TEST(SessionsTest, AFullWindowIsNotReadUntilAnAnswerAndNotForEver) {
  SessionEngine engine({}, {}, /*window=*/2);
  Connected peer = engine.Connect({});
  peer.client.Send(TextFrame("1") + TextFrame("2") + TextFrame("3"));
  engine.Readable(peer.slot);
  engine.NextTurn();
  EXPECT_EQ(engine.inbound().messages.size(), 2u);
  engine.sessions().AnswerMessage(peer.slot, TextMessage("re 1"), std::nullopt);
  engine.Finish();
  ASSERT_EQ(engine.inbound().messages.size(), 3u) << "what was read before goes on";
  EXPECT_EQ(engine.inbound().messages[2].payload, "3");
  EXPECT_EQ(engine.inbound().messages[2].number, 3u);
  EXPECT_EQ(Frames(peer).at(0).payload, "re 1");

  engine.NextTurn(milliseconds(900));
  engine.NextTurn();
  EXPECT_EQ(engine.Stats().sessions, 1) << "within its patience";
  engine.NextTurn(milliseconds(400));
  engine.NextTurn();
  EXPECT_EQ(engine.Stats().closed[CloseReason::kBackendSlow], 1u);
}

TEST(SessionsTest, ADrainReleasesWhatIsDueAndNoMore) {
  SessionEngine engine;
  std::vector<Connected> peers;
  for (int i = 0; i < 3; ++i) peers.push_back(engine.Connect({}));
  const Time start = SteadyNow();
  ReleasePace pace(/*per_second=*/1, /*sessions=*/3, start);
  for (size_t gone = 1; gone <= 3; ++gone) {
    const Time due = pace.next_due();
    if (gone > 1) engine.sessions().Release(pace, due - Duration(1));
    EXPECT_EQ(engine.Stats().sessions, 4 - static_cast<int64_t>(gone));
    engine.sessions().Release(pace, due);
    const std::vector<RawFrame> got = Frames(peers[gone - 1]);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_TRUE(got[0].close_reason().starts_with("draining reconnect_after_ms="));
  }
  EXPECT_FALSE(engine.sessions().HasOpen());
}

TEST(SessionsTest, AtTheEndEverythingIsGivenBack) {
  SessionEngine engine;
  std::vector<Connected> peers;
  for (int i = 0; i < 10; ++i) peers.push_back(engine.Connect({.user_id = "u"}));
  engine.EndAll();
  EXPECT_EQ(engine.admission().sessions.taken(), 0u);
  EXPECT_EQ(engine.admission().descriptors.taken(), 0u);
  EXPECT_EQ(engine.Stats().sessions, 0);
  EXPECT_EQ(engine.Stats().users, 0);
  EXPECT_TRUE(peers[0].client.WaitForEof(milliseconds(100)));
}

}  // namespace
}  // namespace wsgate
