#include "gateway/message/message.h"

#include <gtest/gtest.h>

namespace wsgate {
namespace {

TEST(MakeMessageTest, EncodesOneFrameOfItsKind) {
  const Time now = ManualClock().Now();
  const MessagePtr text = MakeMessage(PayloadKind::kText, "hello", now);
  EXPECT_EQ(text->kind, PayloadKind::kText);
  EXPECT_EQ(text->accepted_at, now);
  EXPECT_EQ(text->wire.bytes, "\x81\x05hello");
  EXPECT_EQ(text->wire.messages, 1u);
  EXPECT_EQ(text->wire.payload_bytes, 5u);
  const MessagePtr binary = MakeMessage(PayloadKind::kBinary, std::string(300, 'b'), now);
  EXPECT_EQ(binary->wire.bytes, "\x82\x7e\x01\x2c" + std::string(300, 'b'));
  EXPECT_EQ(binary->wire.payload_bytes, 300u);
}

TEST(MakeMessageTest, AnEmptyPayloadIsAFrameToo) {
  const MessagePtr empty = MakeMessage(PayloadKind::kText, "", Time());
  EXPECT_EQ(empty->wire.bytes, std::string("\x81\0", 2));
  EXPECT_EQ(empty->wire.payload_bytes, 0u);
}

}  // namespace
}  // namespace wsgate
