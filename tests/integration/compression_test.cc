// permessage-deflate through a whole gateway: Beast's client, and one of plain system calls that
// sees the frames.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/fuzz/naive_reader.h"
#include "tests/support/message_consumer.h"
#include "tests/support/raw_client.h"
#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

using testing::DeflatedPayload;

constexpr uint8_t kCompressedFrame = 0xc0;  // FIN and RSV1.
constexpr std::string_view kAnswer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

Config CompressionConfig(uint32_t shards = 1) {
  Config config = TestConfig(shards);
  config.compression_enabled = true;
  return config;
}

std::string JsonText(size_t size) {
  std::string text = "[";
  while (text.size() + 32 < size) {
    text += "{\"price\":" + std::to_string(text.size() * 37 % 1001) + "},";
  }
  text += "\"" + std::string(size - text.size() - 3, 'x') + "\"]";
  return text;
}

// A client that shows frames; connected, with this offer.
RawClient Raw(TestGateway& gateway, std::string_view offer) {
  RawClient client;
  EXPECT_TRUE(client.Connect(gateway.client()));
  EXPECT_TRUE(
      client.Upgrade("/ws?user=raw", "Sec-WebSocket-Extensions: " + std::string(offer) + "\r\n"));
  return client;
}

// The reason in the Close frame that answers `bytes`, with its code.
std::string EndAfter(TestGateway& gateway, std::string_view bytes,
                     std::string_view offer = "permessage-deflate") {
  RawClient client = Raw(gateway, offer);
  EXPECT_TRUE(client.Send(bytes));
  const auto frame = client.ReadFrame();
  if (!frame) return "nothing came";
  return std::to_string(frame->close_code()) + " " + frame->close_reason();
}

TEST(CompressionTest, IsOffByDefault) {
  TestGateway gateway;
  RawClient client = Raw(gateway, "permessage-deflate");
  EXPECT_EQ(client.extensions(), "");
  ASSERT_TRUE(gateway.SendToUser("raw", Text(JsonText(2'000))).ok());
  const auto frame = client.ReadFrame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->payload, JsonText(2'000));
  EXPECT_FALSE(client.frames().broken());
  EXPECT_EQ(EndAfter(gateway, ClientFrameBytes(1, DeflatedPayload("hi"), kCompressedFrame)),
            "1002 protocol_error");
  EXPECT_EQ(gateway.Metrics()["wsgate_compressions_total"], 0);
}

TEST(CompressionTest, SessionsOfEveryWindowShareOneCompression) {
  TestGateway gateway(CompressionConfig());
  std::vector<WsClient> clients;
  const std::vector<WsCompression> offers = {
      {},
      {.server_no_context_takeover = true, .client_no_context_takeover = true},
      {.server_window_bits = 12, .client_window_bits = 10},
      {.server_window_bits = 9}};
  for (const WsCompression& offer : offers) {
    WsClient& client = clients.emplace_back();
    client.Compress(offer);
    ASSERT_TRUE(client.Connect(gateway.client(), "/ws"));
    EXPECT_TRUE(client.header("Sec-WebSocket-Extensions").starts_with(kAnswer));
  }
  ASSERT_TRUE(clients.emplace_back().Connect(gateway.client(), "/ws?user=plain"));
  EXPECT_EQ(clients.back().header("Sec-WebSocket-Extensions"), "");
  ASSERT_TRUE(gateway.WaitForSessions(5));

  // More than one: a context that was taken over would show in the second.
  for (int round = 0; round < 3; ++round) {
    const auto outcome = gateway.Broadcast(Text(JsonText(2'000)));
    ASSERT_TRUE(outcome.ok());
    EXPECT_EQ(outcome->queued(), 5u);
    for (WsClient& client : clients) {
      const auto message = client.Read();
      ASSERT_TRUE(message);
      EXPECT_TRUE(message->text);
      EXPECT_EQ(message->payload, JsonText(2'000));
    }
  }
  auto metrics = gateway.Metrics();
  EXPECT_EQ(metrics["wsgate_compressions_total"], 3);
  EXPECT_EQ(metrics["wsgate_compressed_messages_total{direction=\"out\"}"], 9)
      << "three sessions; a window of 2^9 cannot hold 2,000 bytes";
  EXPECT_EQ(metrics["wsgate_compressed_payload_bytes_total{direction=\"out\"}"], 18'000);
  EXPECT_LT(metrics["wsgate_compressed_wire_bytes_total{direction=\"out\"}"], 9'000);
  EXPECT_EQ(metrics["wsgate_bytes_sent_total"], 30'000);
}

TEST(CompressionTest, SessionsAreShownWithIt) {
  TestGateway gateway(CompressionConfig());
  WsClient compressed;
  compressed.Compress();
  ASSERT_TRUE(compressed.Connect(gateway.client(), "/ws?user=ada"));
  WsClient plain;
  ASSERT_TRUE(plain.Connect(gateway.client(), "/ws?user=bob"));
  EXPECT_TRUE(gateway.GetSession(gateway.SessionOf("ada"))->session().compressed());
  EXPECT_FALSE(gateway.GetSession(gateway.SessionOf("bob"))->session().compressed());
}

TEST(CompressionTest, EachParameterIsAnsweredAndABadOfferIsNot) {
  TestGateway gateway(CompressionConfig(3));
  const auto answer = [&](std::string_view offer) { return Raw(gateway, offer).extensions(); };
  const std::string taken(kAnswer);
  EXPECT_EQ(answer("permessage-deflate"), taken);
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits"),
            taken + "; client_max_window_bits=15");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=\"9\"; client_max_window_bits=8"),
            taken + "; server_max_window_bits=9; client_max_window_bits=8");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=7"), "");
  EXPECT_EQ(answer("x-unknown; a=b, permessage-deflate; c, permessage-deflate"), taken);
  RawClient malformed;
  ASSERT_TRUE(malformed.Connect(gateway.client()));
  ASSERT_TRUE(malformed.Send(UpgradeRequestBytes("/ws", "Sec-WebSocket-Extensions: a b\r\n")));
  EXPECT_TRUE(malformed.ReadResponse().starts_with("HTTP/1.1 400 "));
}

TEST(CompressionTest, BothSidesOfTheShortestLength) {
  Config config = CompressionConfig();
  config.compression_bytes_min = 300;
  TestGateway gateway(config);
  RawClient client = Raw(gateway, "permessage-deflate");
  ASSERT_TRUE(gateway.SendToUser("raw", Text(JsonText(299))).ok());
  ASSERT_TRUE(gateway.SendToUser("raw", Text(JsonText(300))).ok());
  const auto shorter = client.ReadFrame();
  ASSERT_TRUE(shorter);
  EXPECT_FALSE(shorter->compressed);
  EXPECT_EQ(shorter->payload, JsonText(299));
  const auto longer = client.ReadFrame();
  ASSERT_TRUE(longer);
  EXPECT_TRUE(longer->compressed);
  EXPECT_EQ(testing::NaiveInflate(longer->payload).out, JsonText(300));
  EXPECT_FALSE(client.frames().broken());
}

TEST(CompressionTest, WhatAClientCompressesReachesTheService) {
  TestGateway gateway(CompressionConfig());
  MessageConsumer consumer(gateway.control(), gateway.client());
  // 600,000 bytes are many frames of Beast's, and many reads.
  for (const WsCompression& offer : {WsCompression{}, WsCompression{.client_window_bits = 9}}) {
    WsClient client;
    client.Compress(offer);
    ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
    v1::Limits limits;
    limits.set_message_bytes_max(1 << 20);
    ASSERT_TRUE(gateway.SetLimits(limits).ok());
    for (const size_t size : {100u, 2'000u, 2'000u, 600'000u, 100u}) {
      ASSERT_TRUE(client.SendText(JsonText(size)));
      const auto heard = consumer.Next();
      ASSERT_TRUE(heard);
      EXPECT_EQ(heard->message().text(), JsonText(size));
    }
    ASSERT_TRUE(client.SendBinary(std::string(5'000, '\xff')));
    EXPECT_EQ(consumer.Next()->message().binary(), std::string(5'000, '\xff'));
    EXPECT_TRUE(client.Close());
  }
  auto metrics = gateway.Metrics();
  EXPECT_GE(metrics["wsgate_compressed_messages_total{direction=\"in\"}"], 10);
  EXPECT_GT(metrics["wsgate_compressed_payload_bytes_total{direction=\"in\"}"],
            2 * metrics["wsgate_compressed_wire_bytes_total{direction=\"in\"}"]);
}

TEST(CompressionTest, EachWayToCompressBadlyEndsWithItsReason) {
  TestGateway gateway(CompressionConfig());
  const auto frame = [](std::string_view payload, uint8_t opcode = 1) {
    return ClientFrameBytes(opcode, payload, kCompressedFrame);
  };
  EXPECT_EQ(EndAfter(gateway, frame("\x07")), "1007 invalid_deflate");
  EXPECT_EQ(EndAfter(gateway, frame(DeflatedPayload("caf\xc3"))), "1007 invalid_utf8");
  EXPECT_EQ(EndAfter(gateway, frame("ping", 9)), "1002 protocol_error");
  EXPECT_EQ(EndAfter(gateway, frame(DeflatedPayload("hi")), "something-else"),
            "1002 protocol_error");
  // 16 MiB in 16 KB: the session ends before it has read a tenth of them.
  const std::string bomb = frame(DeflatedPayload(std::string(16 << 20, 'x'), 15, 9), 2);
  EXPECT_EQ(EndAfter(gateway, bomb.substr(0, bomb.size() / 10)), "1009 message_too_big");
  EXPECT_EQ(gateway.Metrics()["wsgate_sessions_closed_total{reason=\"invalid_deflate\",code="
                              "\"1007\"}"],
            1);
}

}  // namespace
}  // namespace wsgate
