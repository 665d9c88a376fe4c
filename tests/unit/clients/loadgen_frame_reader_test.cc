#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "clients/loadgen/frame_reader.h"

namespace wsgate::loadgen {
namespace {

using Result = FrameReader::Result;

// An unmasked frame.
std::string Frame(uint8_t first, const std::string& payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(payload.size()));
  } else {
    frame.push_back(126);
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size() & 0xff));
  }
  return frame + payload;
}

TEST(FrameReaderTest, TheHeadIsTheSameWhereverTheNetworkCuts) {
  std::string payload;
  for (int i = 0; i < 300; ++i) payload.push_back(static_cast<char>('a' + i % 26));
  const std::string bytes = Frame(0x81, payload);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader;
    FrameReader::Frame frame;
    const char* at = bytes.data();
    Result result = reader.Next(at, bytes.data() + cut, frame);
    if (result == Result::kNeedMore) {
      const std::string rest = bytes.substr(cut);  // Somewhere else in memory.
      at = rest.data();
      result = reader.Next(at, rest.data() + rest.size(), frame);
      ASSERT_EQ(result, Result::kFrame) << cut;
      EXPECT_EQ(frame.head, payload.substr(0, 125)) << cut;
    } else {
      ASSERT_EQ(result, Result::kFrame) << cut;
      EXPECT_EQ(frame.head, payload.substr(0, 125));
    }
    EXPECT_EQ(frame.payload_bytes, 300u);
  }
}

TEST(FrameReaderTest, OneAfterTheOther) {
  const std::string bytes = Frame(0x89, "ping") + Frame(0x81, "") + Frame(0x88, "\x03\xe8");
  FrameReader reader;
  FrameReader::Frame frame;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  ASSERT_EQ(reader.Next(at, end, frame), Result::kFrame);
  EXPECT_EQ(frame.head, "ping");
  ASSERT_EQ(reader.Next(at, end, frame), Result::kFrame);
  EXPECT_EQ(frame.head, "");
  ASSERT_EQ(reader.Next(at, end, frame), Result::kFrame);
  EXPECT_EQ(frame.opcode, 8);
  EXPECT_EQ(frame.head, "\x03\xe8");
  EXPECT_EQ(reader.Next(at, end, frame), Result::kNeedMore);
}

// Whole messages when the bytes come in parts of `step`.
std::vector<std::string> Messages(const std::string& bytes, size_t step) {
  FrameReader reader;
  FrameReader::Frame frame;
  std::string kept;
  std::vector<std::string> messages;
  for (size_t from = 0; from < bytes.size(); from += step) {
    const std::string part = bytes.substr(from, step);
    const char* at = part.data();
    while (reader.Next(at, part.data() + part.size(), frame, &kept) == Result::kFrame) {
      if (frame.opcode >= 8 || !frame.final) continue;
      messages.push_back(std::exchange(kept, {}));
    }
  }
  return messages;
}

TEST(FrameReaderTest, KeepsMessagesButNoControlPayloadHoweverTheBytesAreCut) {
  const std::string bytes =
      Frame(0x01, "a") + Frame(0x89, "p") + Frame(0x80, "b") + Frame(0x81, "c");
  for (size_t step = 1; step <= bytes.size(); ++step) {
    EXPECT_EQ(Messages(bytes, step), (std::vector<std::string>{"ab", "c"})) << step;
  }
}

TEST(FrameReaderTest, AMaskedFrameIsBroken) {
  const std::string bytes =
      "\x81\x85"
      "abcdhello";
  FrameReader reader;
  FrameReader::Frame frame;
  const char* at = bytes.data();
  EXPECT_EQ(reader.Next(at, at + bytes.size(), frame), Result::kBroken);
}

}  // namespace
}  // namespace wsgate::loadgen
