// What clients say, as a backend gets it.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/message_consumer.h"
#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

TEST(BasicReceiveTest, MessagesComeNumberedWithWhoSaidThem) {
  TestGateway gateway(TestConfig(3));
  MessageConsumer consumer(gateway.control(), gateway.client());
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  const std::string session = gateway.SessionOf("ada");
  const std::string bytes("\x00\x01\xff", 3);
  ASSERT_TRUE(client.SendText("hello"));
  ASSERT_TRUE(client.SendBinary(bytes));
  const auto first = consumer.Next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->message().text(), "hello");
  EXPECT_EQ(first->user_id(), "ada");
  EXPECT_EQ(first->session_id(), session);
  EXPECT_GT(first->receive_time().seconds(), 1'600'000'000);
  const auto second = consumer.Next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->message().binary(), bytes);
  EXPECT_EQ(second->number(), first->number() + 1);

  ASSERT_TRUE(gateway.SendToSession(first->session_id(), Text("answer")).ok());
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->payload, "answer");
}

TEST(BasicReceiveTest, AtMostAWindowIsUnacknowledgedAndNothingIsLost) {
  constexpr int kMessages = 600;
  constexpr int kWindow = 256;
  TestGateway gateway;
  MessageConsumer consumer(gateway.control(), gateway.client(), MessageConsumer::Acks::kByHand);
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  for (int i = 0; i < kMessages; ++i) ASSERT_TRUE(client.SendText(std::to_string(i)));
  uint64_t last = 0;
  for (int i = 0; i < kWindow; ++i) {
    const auto message = consumer.Next();
    ASSERT_TRUE(message) << i;
    EXPECT_EQ(message->message().text(), std::to_string(i));
    last = message->number();
  }
  EXPECT_FALSE(consumer.Next(std::chrono::milliseconds(100))) << "the window is closed";
  consumer.Ack(last);
  for (int i = kWindow; i < kMessages; ++i) {
    const auto message = consumer.Next();
    ASSERT_TRUE(message) << i;
    EXPECT_EQ(message->message().text(), std::to_string(i));
    consumer.Ack(message->number());
  }
}

TEST(BasicReceiveTest, WhatOneConsumerDidNotAcknowledgeGoesToTheNext) {
  TestGateway gateway;
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  auto first = std::make_unique<MessageConsumer>(gateway.control(), gateway.client(),
                                                 MessageConsumer::Acks::kByHand);
  for (const char* text : {"one", "two", "three"}) ASSERT_TRUE(client.SendText(text));
  const auto one = first->Next();
  ASSERT_TRUE(one);
  first->Ack(one->number());
  ASSERT_TRUE(first->Next());
  ASSERT_TRUE(first->Next());
  MessageConsumer second(gateway.control(), gateway.client());
  first.reset();
  for (const char* text : {"two", "three"}) {
    const auto message = second.Next();
    ASSERT_TRUE(message);
    if (message->message().text() == "one") continue;  // At least once.
    EXPECT_EQ(message->message().text(), text);
  }
}

TEST(BasicReceiveTest, WithoutAConsumerMessagesAreCountedAsDropped) {
  TestGateway gateway;
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  ASSERT_TRUE(client.SendText("into the void"));
  ASSERT_TRUE(client.Ping("sync"));
  const v1::Stats stats = gateway.Stats();
  EXPECT_EQ(stats.messages_in(), 1u);
  EXPECT_EQ(stats.bytes_in(), 13u);
  EXPECT_EQ(stats.dropped().at("no_consumer"), 1u);
}

TEST(BasicReceiveTest, EachLimitOfAMessageEndsItsSessionWithItsOwnCode) {
  Config config = TestConfig();
  config.limits.message_bytes_max = 1000;
  config.limits.messages_per_second = 1;
  config.limits.messages_burst = 2;
  TestGateway gateway(config);
  WsClient big;
  ASSERT_TRUE(big.Connect(gateway.client(), "/ws"));
  ASSERT_TRUE(big.SendText(std::string(1000, 'x')));
  ASSERT_TRUE(big.SendText(std::string(1001, 'x')));
  ASSERT_TRUE(big.ReadUntilClosed());
  EXPECT_EQ(big.close_code(), 1009);
  WsClient fast;
  ASSERT_TRUE(fast.Connect(gateway.client(), "/ws"));
  for (int i = 0; i < 3; ++i) (void)fast.SendText("x");
  ASSERT_TRUE(fast.ReadUntilClosed());
  EXPECT_EQ(fast.close_code(), 4503);
  EXPECT_EQ(gateway.Stats().messages_in(), 3u) << "1,000 bytes and the burst of two";
}

}  // namespace
}  // namespace wsgate
