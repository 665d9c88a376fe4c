#include "control/consumer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace wsgate {
namespace {

InboundPtr Message(std::string payload) {
  InboundMessage message;
  message.payload = std::move(payload);
  return std::make_shared<const InboundMessage>(std::move(message));
}

TEST(ConsumerTest, NumbersFromOneInOrder) {
  Consumer consumer;
  EXPECT_FALSE(consumer.CanSend());
  EXPECT_FALSE(consumer.Next());
  EXPECT_TRUE(consumer.Offer(Message("a")));
  EXPECT_TRUE(consumer.Offer(Message("b")));
  auto next = consumer.Next();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->number, 1u);
  EXPECT_EQ(next->message->payload, "a");
  next = consumer.Next();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->number, 2u);
  EXPECT_EQ(next->message->payload, "b");
  EXPECT_FALSE(consumer.Next());
}

TEST(ConsumerTest, TheWindowHolds256AndOpensByAcknowledgement) {
  Consumer consumer;
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(consumer.Offer(Message(std::to_string(i))));
  for (size_t i = 0; i < Consumer::kWindowMessages; ++i) ASSERT_TRUE(consumer.Next()) << i;
  EXPECT_FALSE(consumer.CanSend());
  EXPECT_FALSE(consumer.Next());

  std::vector<std::string> done;
  const auto add = [&](const InboundMessage& message) { done.push_back(message.payload); };
  EXPECT_TRUE(consumer.Acknowledge(2, add));
  EXPECT_EQ(done, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(consumer.Next()->number, 257u);
  EXPECT_EQ(consumer.Next()->number, 258u);
  EXPECT_FALSE(consumer.Next());
}

TEST(ConsumerTest, AcknowledgementsAreCumulativeAndOnlyOfWhatWasSent) {
  Consumer consumer;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(consumer.Offer(Message("x")));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(consumer.Next());
  int done = 0;
  const auto count = [&](const InboundMessage&) { ++done; };
  EXPECT_FALSE(consumer.Acknowledge(4, count)) << "not sent yet";
  EXPECT_EQ(done, 0);
  EXPECT_TRUE(consumer.Acknowledge(0, count));
  EXPECT_EQ(done, 0);
  EXPECT_TRUE(consumer.Acknowledge(3, count));
  EXPECT_EQ(done, 3);
  EXPECT_TRUE(consumer.Acknowledge(1, count)) << "an old one changes nothing";
  EXPECT_TRUE(consumer.Acknowledge(3, count));
  EXPECT_EQ(done, 3);
}

TEST(ConsumerTest, WaitingMessagesAreBoundedByCount) {
  Consumer consumer;
  for (size_t i = 0; i < Consumer::kPendingMessagesMax; ++i) {
    ASSERT_TRUE(consumer.Offer(Message("x"))) << i;
  }
  EXPECT_FALSE(consumer.Offer(Message("x")));
  ASSERT_TRUE(consumer.Next());
  EXPECT_TRUE(consumer.Offer(Message("x"))) << "one has left";
}

TEST(ConsumerTest, WaitingMessagesAreBoundedByBytes) {
  Consumer consumer;
  const std::string half(Consumer::kPendingBytesMax / 2, 'x');
  EXPECT_TRUE(consumer.Offer(Message(half)));
  EXPECT_FALSE(consumer.Offer(Message(half))) << "with what each message costs, above the bound";
  EXPECT_TRUE(consumer.Offer(Message("small")));
}

TEST(ConsumerTest, OneMessageAlwaysFits) {
  Consumer consumer;
  EXPECT_TRUE(consumer.Offer(Message(std::string(Consumer::kPendingBytesMax, 'x'))));
  EXPECT_FALSE(consumer.Offer(Message("x")));
  EXPECT_TRUE(consumer.Next());
  EXPECT_TRUE(consumer.Offer(Message("x")));
  EXPECT_FALSE(consumer.CanSend()) << "the window has its bytes";
  EXPECT_TRUE(consumer.Acknowledge(1, [](const InboundMessage&) {}));
  EXPECT_TRUE(consumer.CanSend());
}

TEST(ConsumerTest, GivesBackWhatIsNotDoneTheOldestFirst) {
  Consumer consumer;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(consumer.Offer(Message(std::to_string(i))));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(consumer.Next());
  ASSERT_TRUE(consumer.Acknowledge(1, [](const InboundMessage&) {}));
  std::string left;
  for (const InboundPtr& message : consumer.TakeAll()) left += message->payload;
  EXPECT_EQ(left, "1234");
  EXPECT_FALSE(consumer.CanSend());
  EXPECT_TRUE(consumer.TakeAll().empty());
  EXPECT_TRUE(consumer.Acknowledge(3, [](const InboundMessage&) { FAIL(); }));
}

}  // namespace
}  // namespace wsgate
