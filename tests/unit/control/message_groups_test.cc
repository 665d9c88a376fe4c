// Several groups of consumers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/control/hub_fixture.h"

namespace wsgate {
namespace {

using testing::ElementsAre;

TEST_F(MessageHubTest, EachGroupGetsEverythingAndSharesItAmongItsOwn) {
  Stream a(hub);
  Stream b1(hub);
  Stream b2(hub);
  a.Start("a");
  b1.Start("b");
  b2.Start("b");
  EXPECT_EQ(hub.consumers(), 3u);
  for (uint32_t session = 0; session < 50; ++session) Say(session, std::to_string(session));
  EXPECT_EQ(a.Read().size(), 50u);
  std::vector<std::string> shared = b1.Read();
  EXPECT_LT(shared.size(), 50u);
  for (std::string& text : b2.Read()) shared.push_back(std::move(text));
  EXPECT_EQ(std::set<std::string>(shared.begin(), shared.end()).size(), 50u);
  EXPECT_EQ(shared.size(), 50u);
}

TEST_F(MessageHubTest, WhatIsLeftOfAGroupGoesToItsNextStreamAndToNoOther) {
  Stream a(hub);
  auto b1 = std::make_unique<Stream>(hub);
  Stream b2(hub);
  a.Start("a");
  b1->Start("b");
  Say(1, "one");
  Say(1, "two");
  EXPECT_THAT(a.Read(), ElementsAre("one", "two"));
  EXPECT_TRUE(a.Acknowledge(2)) << "one group's acknowledgement is not another's";
  EXPECT_THAT(b1->Read(), ElementsAre("one", "two"));
  b2.Start("b");
  b1->Leave();
  EXPECT_THAT(b2.Read(), ElementsAre("one", "two"));
  EXPECT_TRUE(a.Read().empty());
  EXPECT_EQ(Dropped(InboundDrop::kConsumerGone), 0u);
  b2.Leave();
  EXPECT_EQ(Dropped(InboundDrop::kConsumerGone), 2u) << "the last of its group";
  Say(1, "three");
  EXPECT_THAT(a.Read(), ElementsAre("three")) << "the other group goes on";
  a.Leave();
  EXPECT_FALSE(hub.HasConsumer());
}

TEST_F(MessageHubTest, AMessageIsRefusedOnlyWhereNoGroupTookIt) {
  Stream full(hub);
  Stream free(hub);
  full.Start("full");
  for (size_t i = 0; i < Consumer::kPendingMessagesMax; ++i) Say(1, "x");
  EXPECT_EQ(Say(1, "x").size(), 1u);
  free.Start("free");
  EXPECT_TRUE(Say(1, "y").empty());
  EXPECT_EQ(Dropped(InboundDrop::kConsumerFull), 2u) << "each copy that is lost counts";
  EXPECT_THAT(free.Read(), ElementsAre("y"));
}

TEST_F(MessageHubTest, ThereIsABoundOnGroups) {
  std::vector<std::unique_ptr<Stream>> streams;
  for (size_t i = 0; i < MessageHub::kGroupsMax; ++i) {
    streams.push_back(std::make_unique<Stream>(hub));
    streams.back()->Start("g" + std::to_string(i));
  }
  Stream another(hub);
  EXPECT_FALSE(hub.Start(*another.member, "one more"));
  EXPECT_TRUE(hub.Start(*another.member, "g0")) << "there is room in every group";
  Stream late(hub);
  streams.back()->Leave();
  EXPECT_TRUE(hub.Start(*late.member, "one more")) << "a group without streams is no more";
}

}  // namespace
}  // namespace wsgate
