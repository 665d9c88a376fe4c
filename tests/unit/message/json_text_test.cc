#include "gateway/message/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "gateway/message/frame_header.h"

namespace wsgate {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

TEST(JsonTextTest, EscapesWhatMustBe) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("plain text, nothing in it"), R"("plain text, nothing in it")");
  EXPECT_EQ(Quoted(R"(say "hi" \ bye)"), R"("say \"hi\" \\ bye")");
  EXPECT_EQ(Quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(Quoted(std::string_view("\0\x01\x1f", 3)), R"("\u0000\u0001\u001f")");
  EXPECT_EQ(Quoted("\x7f /é€😀 \xe2\x80\xa8"), "\"\x7f /é€😀 \xe2\x80\xa8\"");
}

TEST(JsonTextTest, EveryAsciiByteAtEveryPlaceComesBack) {
  for (int byte = 0; byte < 128; ++byte) {
    for (size_t place = 0; place < 18; ++place) {
      std::string text(18, 'x');
      text[place] = static_cast<char>(byte);
      EXPECT_EQ(nlohmann::json::parse(Quoted(text)).get<std::string>(), text)
          << "byte " << byte << " at " << place;
    }
  }
}

TEST(JsonTextTest, MixedTextsComeBack) {
  constexpr std::string_view kPieces[] = {"a", "longer piece", "\"", "\\", "\n", "é", "😀", "\x1b"};
  std::mt19937 random(11);
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (uint32_t pieces = random() % 30; pieces > 0; --pieces) {
      text += kPieces[random() % std::size(kPieces)];
    }
    ASSERT_EQ(nlohmann::json::parse(Quoted(text)).get<std::string>(), text);
  }
}

std::string FrameOf(PayloadKind kind, std::string_view payload) {
  std::string out = "before";
  AppendJsonMessageFrame(*MakeMessage(kind, payload, {}), out);
  return out.substr(6);
}

TEST(JsonTextTest, AMessageIsOneTextFrame) {
  EXPECT_EQ(FrameOf(PayloadKind::kText, "hi\n"),
            "\x81\x1b"
            R"({"message":{"text":"hi\n"}})");
  EXPECT_EQ(FrameOf(PayloadKind::kBinary, "\x01\xff"),
            "\x81\x1d"
            R"({"message":{"binary":"Af8="}})");
  EXPECT_EQ(FrameOf(PayloadKind::kJson, R"( {"n": 12345678901234567890} )"),
            "\x81\x32"
            R"({"message":{"json": {"n": 12345678901234567890} }})");
}

TEST(JsonTextTest, TheHeadersLengthIsThatOfTheEnvelope) {
  for (const size_t size : {100u, 103u, 104u, 200u, 65'513u, 65'514u, 70'000u}) {
    const std::string frame = FrameOf(PayloadKind::kText, std::string(size, 'x'));
    std::string expected = R"({"message":{"text":")" + std::string(size, 'x') + "\"}}";
    std::string header;
    AppendServerFrameHeader(Opcode::kText, expected.size(), header);
    EXPECT_EQ(frame, header + expected) << size;
  }
}

}  // namespace
}  // namespace wsgate
