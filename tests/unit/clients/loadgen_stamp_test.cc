#include <gtest/gtest.h>

#include "clients/loadgen/run/stamp.h"

namespace wsgate::loadgen {
namespace {

Stamp Some() {
  return {.kind = Kind::kBurst,
          .run = 0xfedcba98,
          .target = 7,
          .sequence = 0xffffffff,
          .settled = 3,
          .sent = Time(Duration(1'234'567'890'123'456))};
}

TEST(StampTest, WhatIsWrittenIsRead) {
  for (const size_t bytes : {kStampBytes, kStampBytes + 1, size_t{4096}}) {
    const std::string text = WriteStamp(Some(), bytes);
    EXPECT_EQ(text.size(), bytes);
    const std::optional<Stamp> read = ReadStamp(text);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->kind, Kind::kBurst);
    EXPECT_EQ(read->run, 0xfedcba98u);
    EXPECT_EQ(read->target, 7u);
    EXPECT_EQ(read->sequence, 0xffffffffu);
    EXPECT_EQ(read->settled, 3u);
    EXPECT_EQ(read->sent, Some().sent);
  }
}

TEST(StampTest, ItIsFoundWithinAnEnvelope) {
  const std::string text = R"({"message":{"text":")" + WriteStamp(Some(), kStampBytes) + R"("}})";
  EXPECT_TRUE(ReadStamp(text).has_value());
  EXPECT_TRUE(ReadStamp(text.substr(0, 125)).has_value()) << "all that a frame reader keeps";
}

TEST(StampTest, AnythingElseIsNone) {
  std::string text = WriteStamp(Some(), kStampBytes);
  EXPECT_FALSE(ReadStamp("").has_value());
  EXPECT_FALSE(ReadStamp("hello").has_value());
  EXPECT_FALSE(ReadStamp(text.substr(0, kStampBytes - 1)).has_value()) << "cut";
  text[20] = 'g';
  EXPECT_FALSE(ReadStamp(text).has_value()) << "not a digit";
}

}  // namespace
}  // namespace wsgate::loadgen
