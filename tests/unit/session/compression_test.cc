// permessage-deflate in the session engine: what is compressed, once for whom, and what is read.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/fuzz/masked_frame.h"
#include "tests/fuzz/naive_reader.h"
#include "tests/support/session_engine.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using testing::DeflatedPayload;
using testing::kFin;
using testing::kRsv1;
using testing::kText;
using testing::MaskedFrame;

constexpr SessionSettings kSettings{.compression = {.bytes_min = 256, .level = 6}};

std::string Json(size_t size) {
  std::string text;
  while (text.size() < size) text += "{\"price\":" + std::to_string(text.size() * 37 % 1001) + "},";
  text.resize(size);
  return text;
}

// What a session got; a compressed message as "deflate:" and what it inflates to.
std::vector<std::string> Got(Connected& session) {
  std::vector<std::string> got;
  session.client.TakeAvailable();
  while (const auto frame = session.client.ReadFrame(milliseconds(0))) {
    if (frame->opcode == Opcode::kClose) {
      got.push_back(frame->close_reason());
    } else if (frame->compressed) {
      const testing::Inflated inflated = testing::NaiveInflate(frame->payload);
      EXPECT_TRUE(inflated.whole && !inflated.bad);
      got.push_back("deflate:" + inflated.out);
    } else {
      got.push_back(frame->payload);
    }
  }
  EXPECT_FALSE(session.client.frames().broken());
  return got;
}
using Texts = std::vector<std::string>;

TEST(CompressionTest, ABroadcastIsCompressedOnceAndGoesPlainToWindowsThatCannotHoldIt) {
  SessionEngine engine({}, kSettings);
  std::vector<Connected> wide;
  for (const uint8_t bits : {15, 15, 10}) wide.push_back(engine.Connect({.deflate_bits = bits}));
  std::vector<Connected> narrow;
  for (const uint8_t bits : {9, 8, 0}) narrow.push_back(engine.Connect({.deflate_bits = bits}));
  const std::string text = Json(1000);
  const AnswerPtr answer = engine.Send(nullptr, text);
  engine.Finish();
  EXPECT_EQ(answer->outcome.queued, 6u);
  for (Connected& session : wide) EXPECT_EQ(Got(session), Texts{"deflate:" + text});
  for (Connected& session : narrow) EXPECT_EQ(Got(session), Texts{text});
  const StatsValues stats = engine.Stats();
  EXPECT_EQ(stats.compressions, 1u);
  EXPECT_EQ(stats.messages_sent, 6u);
  EXPECT_EQ(stats.bytes_sent, 6'000u) << "as services see them";
  EXPECT_EQ(stats.compressed_messages[Direction::kOut], 3u);
  EXPECT_EQ(stats.compressed_payload_bytes[Direction::kOut], 3'000u);
  EXPECT_LT(stats.compressed_wire_bytes[Direction::kOut], 1'200u);
  EXPECT_EQ(stats.compressed_wire_bytes[Direction::kOut] % 3, 0u);
}

TEST(CompressionTest, TheWindowsEdgeIsTheMessagesLength) {
  SessionEngine engine({}, kSettings);
  for (uint8_t bits = 9; bits < 15; ++bits) {
    Connected session = engine.Connect({.deflate_bits = bits});
    const std::string fits = Json((size_t{1} << bits) - 1);
    const std::string beyond = Json(size_t{1} << bits);
    EXPECT_EQ(engine.SendToSession(session.slot, fits).queued, 1u);
    const uint64_t before = engine.Stats().compressions;
    EXPECT_EQ(engine.SendToSession(session.slot, beyond).queued, 1u);
    EXPECT_EQ(engine.Stats().compressions, before) << "nothing is compressed in vain";
    EXPECT_EQ(Got(session), (Texts{"deflate:" + fits, beyond})) << int{bits};
  }
  Connected session = engine.Connect({.deflate_bits = 15});
  const std::string longer = Json(100'000);
  EXPECT_EQ(engine.SendToSession(session.slot, longer).queued, 1u);
  EXPECT_EQ(Got(session), Texts{"deflate:" + longer}) << "the compressor looks back no further";
}

TEST(CompressionTest, ShortMessagesAndThoseThatDoNotGetSmallerGoAsTheyAre) {
  SessionEngine engine({}, kSettings);
  Connected session = engine.Connect({.deflate_bits = 15});
  EXPECT_EQ(engine.SendToSession(session.slot, Json(255)).queued, 1u);
  EXPECT_EQ(Got(session), Texts{Json(255)});
  EXPECT_EQ(engine.Stats().compressions, 0u);
  EXPECT_EQ(engine.SendToSession(session.slot, Json(256)).queued, 1u);
  EXPECT_EQ(Got(session), Texts{"deflate:" + Json(256)});
  EXPECT_EQ(engine.Stats().compressions, 1u);
  std::string noise;
  for (uint32_t i = 1, x = 1; i < 400; ++i) noise.push_back(static_cast<char>((x *= 48271) >> 8));
  EXPECT_EQ(engine.SendToSession(session.slot, noise).queued, 1u);
  EXPECT_EQ(Got(session), Texts{noise});
  EXPECT_EQ(engine.Stats().compressions, 2u);
  EXPECT_EQ(engine.Stats().compressed_messages[Direction::kOut], 1u);
}

TEST(CompressionTest, ABurstKeepsItsOrderCompressedOrNot) {
  SessionEngine engine({}, kSettings);
  Connected deflate = engine.Connect({.deflate_bits = 15});
  Connected narrow = engine.Connect({.deflate_bits = 9});
  Connected plain = engine.Connect({});
  Texts texts;
  for (int i = 0; i < 6; ++i) texts.push_back(std::to_string(i) + Json(i % 2 == 0 ? 300 : 20));
  for (const std::string& text : texts) ASSERT_NE(engine.Send(nullptr, text), nullptr);
  engine.Finish();
  EXPECT_EQ(engine.Stats().compressions, 3u);
  EXPECT_EQ(engine.Stats().socket_writes, 3u) << "the burst is one write a session";
  EXPECT_EQ(Got(plain), texts);
  Texts compressed = texts;
  for (int i = 0; i < 6; i += 2) compressed[i].insert(0, "deflate:");
  EXPECT_EQ(Got(deflate), compressed);
  EXPECT_EQ(Got(narrow), compressed) << "one compressed buffer for both windows";
}

TEST(CompressionTest, EachEncodingIsCompressedOnce) {
  SessionEngine engine({}, kSettings);
  std::vector<Connected> raw;
  std::vector<Connected> enveloped;
  for (int i = 0; i < 3; ++i) {
    raw.push_back(engine.Connect({.deflate_bits = 15}));
    enveloped.push_back(engine.Connect({.subprotocol = Subprotocol::kJson, .deflate_bits = 15}));
    EXPECT_EQ(Got(enveloped.back()).size(), 1u) << "hello";
  }
  const std::string text(1000, 'a');
  ASSERT_NE(engine.Send(nullptr, text), nullptr);
  engine.Finish();
  EXPECT_EQ(engine.Stats().compressions, 2u);
  for (Connected& session : raw) EXPECT_EQ(Got(session), Texts{"deflate:" + text});
  for (Connected& session : enveloped) {
    const Texts got = Got(session);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_TRUE(got[0].starts_with("deflate:{\"message\":")) << got[0];
    EXPECT_NE(got[0].find(text), std::string::npos);
  }
}

TEST(CompressionTest, WhatClientsCompressIsHeardAndCounted) {
  SessionEngine engine({}, kSettings);
  Connected session = engine.Connect({.deflate_bits = 15});
  const std::string text = Json(5'000);
  const std::string frame = MaskedFrame(kFin | kRsv1 | kText, DeflatedPayload(text));
  session.client.Send(frame + MaskedFrame(kFin | kText, "plain") + frame.substr(0, 50));
  engine.Readable(session.slot);
  engine.NextTurn();
  session.client.Send(frame.substr(50));  // Its inflater was lent meanwhile.
  engine.Readable(session.slot);
  engine.NextTurn();
  ASSERT_EQ(engine.inbound().messages.size(), 3u);
  EXPECT_EQ(engine.inbound().messages[0].payload, text);
  EXPECT_EQ(engine.inbound().messages[1].payload, "plain");
  EXPECT_EQ(engine.inbound().messages[2].payload, text);
  const StatsValues stats = engine.Stats();
  EXPECT_EQ(stats.bytes_received, 10'005u);
  EXPECT_EQ(stats.compressed_messages[Direction::kIn], 2u);
  EXPECT_EQ(stats.compressed_payload_bytes[Direction::kIn], 10'000u);
  EXPECT_EQ(stats.compressed_wire_bytes[Direction::kIn], 2 * DeflatedPayload(text).size());
}

TEST(CompressionTest, BadCompressedMessagesEndTheirSessionWithAReasonEach) {
  Limits limits;
  limits.message_bytes_max = 1'000;
  SessionEngine engine(limits, kSettings);
  const auto ending = [&](std::string_view frame, uint8_t bits) {
    Connected session = engine.Connect({.deflate_bits = bits});
    session.client.Send(frame);
    engine.Readable(session.slot);
    const Texts got = Got(session);
    return got.size() == 1 ? got[0] : std::to_string(got.size()) + " frames";
  };
  const auto compressed = [](std::string_view payload) {
    return MaskedFrame(kFin | kRsv1 | kText, payload);
  };
  EXPECT_EQ(ending(compressed(DeflatedPayload("fine")), 15), "0 frames");
  EXPECT_EQ(ending(compressed(DeflatedPayload("fine")), 0), "protocol_error");
  EXPECT_EQ(ending(compressed("\x07"), 15), "invalid_deflate");
  EXPECT_EQ(ending(compressed(DeflatedPayload("\xff")), 15), "invalid_utf8");
  EXPECT_EQ(ending(compressed(DeflatedPayload(std::string(1'001, 'x'))), 15), "message_too_big");
  EXPECT_EQ(ending(compressed(DeflatedPayload(std::string(1'000, 'x'))), 15), "0 frames");
  EXPECT_EQ(engine.Stats().closed[CloseReason::kInvalidDeflate], 1u);
}

TEST(CompressionTest, BeyondTheLentInflatersMessagesWaitAndNobodyEnds) {
  SessionEngine engine({}, kSettings);
  const std::string text = Json(3'000);
  const std::string frame = MaskedFrame(kFin | kRsv1 | kText, DeflatedPayload(text));
  std::vector<Connected> sessions;
  for (size_t i = 0; i < InflaterPool::kLoansMax + 10; ++i) {
    sessions.push_back(engine.Connect({.deflate_bits = 15}));
    sessions.back().client.Send(frame.substr(0, 100));
    engine.Readable(sessions.back().slot);
  }
  EXPECT_EQ(engine.Stats().inflate_waits, 10u);
  for (size_t i = sessions.size(); i-- > 0;) {  // Those that wait come first.
    sessions[i].client.Send(frame.substr(100));
    engine.Readable(sessions[i].slot);
  }
  engine.NextTurn();
  EXPECT_EQ(engine.Stats().sessions, static_cast<int64_t>(sessions.size()));
  ASSERT_EQ(engine.inbound().messages.size(), sessions.size());
  for (const InboundMessage& message : engine.inbound().messages) EXPECT_EQ(message.payload, text);
}

}  // namespace
}  // namespace wsgate
