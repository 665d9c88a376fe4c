// What sessions tell of coming and going.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/session_engine.h"

namespace wsgate {
namespace {

using Kind = SessionEvent::Kind;

class SessionEventsTest : public testing::Test {
 protected:
  SessionEventsTest() { engine_.events().listening = true; }

  const std::vector<SessionEvent>& events() { return engine_.events().events; }

  SessionEngine engine_;
};

TEST_F(SessionEventsTest, OpeningIsToldAtTheEndOfItsTurnWithWhatIsKnown) {
  const Connected ada = engine_.Connect({.user_id = "ada",
                                         .path = "/ws/lobby",
                                         .subprotocol = Subprotocol::kRaw,
                                         .metadata = {{"room", "blue"}}});
  EXPECT_TRUE(events().empty()) << "the turn is not over";
  engine_.NextTurn();
  ASSERT_EQ(events().size(), 1u);
  const SessionEvent& event = events()[0];
  EXPECT_EQ(event.kind, Kind::kConnected);
  EXPECT_EQ(event.info.facts.user_id(), "ada");
  EXPECT_EQ(event.info.facts.path(), "/ws/lobby");
  EXPECT_EQ(event.info.facts.subprotocol(), Subprotocol::kRaw);
  EXPECT_EQ(event.info.facts.metadata(), SessionFacts::Metadata({{"room", "blue"}}));
  EXPECT_EQ(event.info.id, engine_.sessions().Describe(ada.slot)->id);
  EXPECT_EQ(event.at_us, event.info.connected_at_us);
  EXPECT_GT(event.at_us, 0);
}

TEST_F(SessionEventsTest, AnEndIsToldWithItsReasonAndTheCountsOfThatMoment) {
  Connected ada = engine_.Connect({.user_id = "ada"});
  ASSERT_TRUE(ada.client.Send(TextFrame("hello")));
  engine_.Readable(ada.slot);
  ASSERT_EQ(engine_.SendToUser("ada", "hi").queued, 1u);
  ASSERT_EQ(engine_.SendToUser("ada", "ho").queued, 1u);
  EXPECT_EQ(engine_.sessions().KickUser("ada", nullptr, {.code = 3001, .reason = "go"}), 1u);
  engine_.NextTurn();
  ASSERT_EQ(events().size(), 2u);
  EXPECT_EQ(engine_.events().batches, 1u) << "one a turn";
  const SessionEvent& end = events()[1];
  EXPECT_EQ(end.kind, Kind::kDisconnected);
  EXPECT_EQ(end.info.id, events()[0].info.id);
  EXPECT_EQ(end.info.messages_received, 1u);
  EXPECT_EQ(end.info.messages_sent, 2u);
  EXPECT_EQ(end.reason, CloseReason::kKicked);
  EXPECT_EQ(end.code, 3001);
  EXPECT_EQ(end.text, "go");
  EXPECT_GE(end.at_us, events()[0].at_us);
  engine_.NextTurn();
  EXPECT_EQ(engine_.events().batches, 1u) << "nothing happened";
}

TEST_F(SessionEventsTest, EachEndHasItsCode) {
  Connected with_code = engine_.Connect({});
  Connected without_code = engine_.Connect({});
  Connected broken = engine_.Connect({});
  ASSERT_TRUE(with_code.client.Send(CloseFrameBytes(3999)));
  engine_.Readable(with_code.slot);
  ASSERT_TRUE(without_code.client.Send(ClientFrameBytes(0x8, "")));
  engine_.Readable(without_code.slot);
  broken.client.HangUp();
  engine_.HungUp(broken.slot);
  ReleasePace pace(ReleasePace::kAtOnce, 0, SteadyNow());
  engine_.sessions().Release(pace, SteadyNow());
  engine_.NextTurn();
  ASSERT_EQ(events().size(), 6u);
  EXPECT_EQ(events()[3].code, 3999);
  EXPECT_EQ(events()[3].reason, CloseReason::kClientClosed);
  EXPECT_EQ(events()[4].code, 1005) << "the client gave none";
  EXPECT_EQ(events()[5].code, 1006);
  EXPECT_EQ(events()[5].reason, CloseReason::kPeerGone);
}

TEST_F(SessionEventsTest, WhatASessionSaidIsHandedOverBeforeItsEnd) {
  Connected ada = engine_.Connect({.user_id = "ada"});
  ASSERT_TRUE(ada.client.Send(TextFrame("last words") + CloseFrameBytes(1000)));
  engine_.Readable(ada.slot);
  engine_.NextTurn();
  ASSERT_EQ(events().size(), 2u);
  ASSERT_EQ(engine_.inbound().messages.size(), 1u);
  EXPECT_EQ(events()[1].info.messages_received, 1u);
}

TEST_F(SessionEventsTest, ManyEndsOfOneTurnComeInBoundedBatches) {
  constexpr size_t kSessions = 1'500;
  std::vector<Connected> crowd;
  for (size_t i = 0; i < kSessions; ++i) crowd.push_back(engine_.Connect({}));
  engine_.NextTurn();
  ASSERT_EQ(events().size(), kSessions);
  EXPECT_EQ(engine_.events().batches, 2u);
  EXPECT_EQ(engine_.sessions().KickAudience(nullptr, {.code = 4500}), kSessions);
  EXPECT_EQ(events().size(), kSessions + 1'024) << "not kept until the end of the turn";
  engine_.NextTurn();
  ASSERT_EQ(events().size(), 2 * kSessions);
  for (size_t i = 0; i < kSessions; ++i) {
    ASSERT_EQ(events()[kSessions + i].info.id, events()[i].info.id);
  }
}

TEST_F(SessionEventsTest, WhereNobodyListensNothingIsCopied) {
  engine_.events().listening = false;
  const Connected ada = engine_.Connect({.user_id = "ada"});
  engine_.NextTurn();
  EXPECT_EQ(engine_.events().batches, 0u);
  engine_.events().listening = true;
  EXPECT_EQ(engine_.sessions().KickSession(ada.slot, {.code = 4500}), 1u);
  engine_.NextTurn();
  ASSERT_EQ(events().size(), 1u) << "who listens from now on hears of ends from now on";
  EXPECT_EQ(events()[0].kind, Kind::kDisconnected);
}

TEST_F(SessionEventsTest, AShardThatStopsTellsTheEndOfEverybody) {
  const Connected ada = engine_.Connect({.user_id = "ada"});
  engine_.EndAll();
  ASSERT_EQ(events().size(), 2u);
  EXPECT_EQ(events()[1].reason, CloseReason::kDraining);
  EXPECT_EQ(events()[1].code, 4000);
}

}  // namespace
}  // namespace wsgate
