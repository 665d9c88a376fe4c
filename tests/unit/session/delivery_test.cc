// Fan-outs over socket pairs: who gets what, in which order, and what their callers are told.
#include "gateway/session/delivery.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/session_engine.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;

class DeliveryTest : public testing::Test {
 protected:
  // One session a slice, so that a fan-out is under way for as many turns as it has sessions.
  SessionEngine engine_{Limits{}, SessionSettings{.visits_per_slice_max = 1}};

  static std::vector<std::string> Got(Connected& session) {
    std::vector<std::string> got;
    session.client.TakeAvailable();
    while (const auto frame = session.client.ReadFrame(milliseconds(0))) {
      got.push_back(frame->opcode == Opcode::kClose ? std::to_string(frame->close_code())
                                                    : frame->payload);
    }
    return got;
  }
  using Texts = std::vector<std::string>;
};

TEST_F(DeliveryTest, AFanOutIsWorkedOffInSlicesAndAnsweredAtItsEnd) {
  Connected a = engine_.Connect({});
  Connected b = engine_.Connect({});
  const AnswerPtr answer = engine_.Send(nullptr, "hi");
  engine_.NextTurn();
  EXPECT_EQ(Got(a), Texts{"hi"});
  EXPECT_EQ(Got(b), Texts{});
  EXPECT_EQ(answer->times, 0);
  engine_.NextTurn();
  EXPECT_EQ(Got(b), Texts{"hi"});
  ASSERT_EQ(answer->times, 1);
  EXPECT_EQ(answer->outcome.matched, 2u);
  EXPECT_EQ(answer->outcome.queued, 2u);
}

TEST_F(DeliveryTest, ASendToNobodyIsAnsweredAtOnce) {
  const AnswerPtr answer = engine_.Send(nullptr, "hi");
  engine_.NextTurn();
  EXPECT_EQ(answer->times, 1);
  EXPECT_EQ(answer->outcome.matched, 0u);
}

TEST_F(DeliveryTest, AFanOutCanBeJoinedUntilItBegins) {
  EXPECT_FALSE(engine_.sessions().IsJoinable()) << "there is none";
  Connected a = engine_.Connect({});
  Connected b = engine_.Connect({});
  const AnswerPtr first = engine_.Send(nullptr, "1");
  EXPECT_TRUE(engine_.sessions().IsJoinable());
  const AnswerPtr second = engine_.Send(nullptr, "2");
  const uint64_t writes = engine_.Stats().socket_writes;
  engine_.NextTurn();
  EXPECT_FALSE(engine_.sessions().IsJoinable()) << "it has begun, and goes on";
  EXPECT_TRUE(engine_.sessions().HasWork());
  const AnswerPtr late = engine_.Send(nullptr, "3");
  EXPECT_TRUE(engine_.sessions().IsJoinable()) << "one of its own, behind the first";
  engine_.Finish();
  EXPECT_FALSE(engine_.sessions().IsJoinable());
  EXPECT_EQ(Got(a), (Texts{"1", "2", "3"}));
  EXPECT_EQ(Got(b), (Texts{"1", "2", "3"}));
  EXPECT_EQ(engine_.Stats().socket_writes - writes, 3u) << "a: 1 and 2, then 3; b: all in one";
}

TEST_F(DeliveryTest, ADirectSendPaysFirstWhatIsOwed) {
  Connected a = engine_.Connect({});
  Connected b = engine_.Connect({});
  (void)engine_.Send(nullptr, "1");
  engine_.NextTurn();
  EXPECT_EQ(engine_.SendToSession(b.slot, "2").queued, 1u);
  (void)engine_.Send(nullptr, "3");
  engine_.Finish();
  EXPECT_EQ(Got(a), (Texts{"1", "3"}));
  EXPECT_EQ(Got(b), (Texts{"1", "2", "3"}));
}

TEST_F(DeliveryTest, OneVisitPaysEveryFanOutInOneWrite) {
  Connected a = engine_.Connect({});
  Connected b = engine_.Connect({.path = "/ws/b"});
  auto only_b = std::make_shared<Audience>();
  only_b->filter.path_prefix = "/ws/b";
  (void)engine_.Send(nullptr, "1");
  (void)engine_.Send(only_b, "2");
  (void)engine_.Send(nullptr, "3");
  const uint64_t before = engine_.Stats().socket_writes;
  engine_.Finish();
  EXPECT_EQ(Got(a), (Texts{"1", "3"}));
  EXPECT_EQ(Got(b), (Texts{"1", "2", "3"}));
  EXPECT_EQ(engine_.Stats().socket_writes - before, 2u) << "one for each session";
}

TEST_F(DeliveryTest, ABurstToTheSameAudienceJoinsOneFanOut) {
  Connected a = engine_.Connect({});
  std::vector<AnswerPtr> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(engine_.Send(nullptr, std::to_string(i)));
  engine_.Finish();
  EXPECT_EQ(Got(a).size(), 200u);
  for (const AnswerPtr& answer : answers) {
    ASSERT_NE(answer, nullptr) << "joining takes no room";
    EXPECT_EQ(answer->times, 1);
    EXPECT_EQ(answer->outcome.queued, 1u);
  }
  EXPECT_EQ(engine_.Stats().socket_writes, 1u);
}

TEST_F(DeliveryTest, ABegunFanOutIsClosedToNewcomers) {
  Connected a = engine_.Connect({});
  Connected b = engine_.Connect({});
  (void)engine_.Send(nullptr, "1");
  engine_.NextTurn();  // `a` has it.
  const AnswerPtr second = engine_.Send(nullptr, "2");
  engine_.Finish();
  EXPECT_EQ(Got(a), (Texts{"1", "2"}));
  EXPECT_EQ(Got(b), (Texts{"1", "2"}));
  EXPECT_EQ(second->outcome.queued, 2u);
}

TEST_F(DeliveryTest, WhoJoinsLaterGetsNothingOfIt) {
  Connected a = engine_.Connect({});
  const AnswerPtr answer = engine_.Send(nullptr, "1");
  Connected late = engine_.Connect({});
  (void)engine_.Send(nullptr, "2");
  engine_.Finish();
  EXPECT_EQ(Got(a), (Texts{"1", "2"}));
  EXPECT_EQ(Got(late), (Texts{"2"}));
  EXPECT_EQ(answer->outcome.matched, 1u);
}

TEST_F(DeliveryTest, ASlotThatIsUsedAgainDoesNotInherit) {
  Connected a = engine_.Connect({});
  Connected b = engine_.Connect({});
  const AnswerPtr answer = engine_.Send(nullptr, "1");
  engine_.HungUp(b.slot);  // Nothing is there to read: still open.
  b.client.HangUp();
  engine_.HungUp(b.slot);
  Connected next = engine_.Connect({});
  ASSERT_EQ(next.slot.index, b.slot.index);
  engine_.Finish();
  EXPECT_EQ(Got(a), Texts{"1"});
  EXPECT_EQ(Got(next), Texts{});
  EXPECT_EQ(answer->outcome.matched, 2u);
  EXPECT_EQ(answer->outcome.queued, 1u);
  EXPECT_EQ(answer->outcome.dropped[static_cast<size_t>(DropReason::kClosed)], 1u);
  EXPECT_EQ(engine_.Stats().dropped[DropReason::kClosed], 1u);
}

TEST_F(DeliveryTest, AKickPaysWhatIsOwedBeforeItsClose) {
  Connected a = engine_.Connect({});
  Connected b = engine_.Connect({});
  (void)engine_.Send(nullptr, "1");
  EXPECT_EQ(engine_.sessions().KickAudience(nullptr, {.code = 4123, .reason = "bye"}), 2u);
  engine_.NextTurn();
  EXPECT_EQ(Got(a), (Texts{"1", "4123"}));
  EXPECT_EQ(Got(b), (Texts{"1", "4123"}));
}

TEST_F(DeliveryTest, SixtyFourFanOutsAreOpenAndThenNoMoreIsTaken) {
  std::vector<Connected> sessions;
  auto even = std::make_shared<Audience>();
  even->filter.path_prefix = "/ws/even";
  for (int i = 0; i < 4; ++i) {
    sessions.push_back(engine_.Connect({.path = i % 2 == 0 ? "/ws/even" : "/ws/odd"}));
  }
  std::vector<AnswerPtr> answers;
  for (size_t i = 0; i < Delivery::kFanOutsMax; ++i) {  // Different from the last: none joins.
    answers.push_back(engine_.Send(i % 2 == 0 ? nullptr : even, std::to_string(i)));
    ASSERT_NE(answers.back(), nullptr) << i;
  }
  EXPECT_EQ(engine_.Send(nullptr, "too many"), nullptr);
  engine_.Finish();
  for (const AnswerPtr& answer : answers) EXPECT_EQ(answer->times, 1);
  EXPECT_EQ(Got(sessions[0]).size(), 64u);
  EXPECT_EQ(Got(sessions[1]).size(), 32u);
  EXPECT_NE(engine_.Send(nullptr, "again"), nullptr);
}

TEST_F(DeliveryTest, WhatIsOpenAtTheEndIsAnsweredAllTheSame) {
  std::vector<Connected> sessions;
  for (int i = 0; i < 3; ++i) sessions.push_back(engine_.Connect({}));
  const AnswerPtr answer = engine_.Send(nullptr, "1");
  engine_.EndAll();
  EXPECT_LE(answer->times, 1);
  EXPECT_EQ(answer.use_count(), 1) << "the call is let go of";
}

}  // namespace
}  // namespace wsgate
