#include "gateway/websocket/message_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/masked_frame.h"

namespace wsgate {
namespace {

using testing::kBinary;
using testing::kContinuation;
using testing::kFin;
using testing::kPing;
using testing::kText;
using testing::MaskedFrame;
using testing::MaskedHeader;

constexpr uint64_t kMax = 1 << 20;

// One read from a socket: its bytes and what of them is still to be consumed.
struct Input {
  explicit Input(std::string text) : memory(std::move(text)), bytes(memory) {}
  bool Contains(std::string_view view) const {
    return view.data() >= memory.data() &&
           view.data() + view.size() <= memory.data() + memory.size();
  }
  std::string memory;
  std::span<char> bytes;
};

TEST(MessageReaderTest, AWholeMessageIsAViewIntoTheBufferAndNothingIsHeld) {
  Input input(MaskedFrame(kFin | kText, "first") + MaskedFrame(kFin | kBinary, "second"));
  MessageReader reader;
  for (const std::string_view expected : {"first", "second"}) {
    const std::optional<ReadEvent> event = reader.Next(input.bytes, {kMax});
    ASSERT_TRUE(event);
    EXPECT_EQ(event->payload, expected);
    EXPECT_TRUE(input.Contains(event->payload));
    EXPECT_EQ(reader.held_bytes(), 0u);
    EXPECT_TRUE(reader.idle());
  }
  EXPECT_FALSE(reader.Next(input.bytes, {kMax}));
  EXPECT_TRUE(input.bytes.empty());
}

TEST(MessageReaderTest, APingInsideAMessageIsAViewTooAndTheMessageStaysHeld) {
  Input input(MaskedFrame(kText, "half ") + MaskedFrame(kFin | kPing, "beat") +
              MaskedFrame(kFin | kContinuation, "whole"));
  MessageReader reader;
  std::optional<ReadEvent> event = reader.Next(input.bytes, {kMax});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, ReadEventKind::kPing);
  EXPECT_TRUE(input.Contains(event->payload));
  EXPECT_FALSE(reader.idle());
  EXPECT_GE(reader.held_bytes(), 5u);
  event = reader.Next(input.bytes, {kMax});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->payload, "half whole");
  EXPECT_FALSE(reader.idle()) << "the payload is the reader's memory until the next call";
  EXPECT_FALSE(reader.Next(input.bytes, {kMax}));
  EXPECT_TRUE(reader.idle());
  EXPECT_EQ(reader.held_bytes(), 0u);
}

TEST(MessageReaderTest, IsIdleOnlyBetweenMessages) {
  const std::string stream = MaskedFrame(kText, "ab") + MaskedFrame(kFin | kContinuation, "cd");
  MessageReader reader;
  EXPECT_TRUE(reader.idle());
  for (size_t i = 0; i < stream.size(); ++i) {
    Input input(stream.substr(i, 1));
    while (reader.Next(input.bytes, {kMax})) {
    }
    EXPECT_EQ(reader.idle(), i + 1 == stream.size()) << i;
  }
}

TEST(MessageReaderTest, IsNotIdleInsideAControlFrame) {
  const std::string ping = MaskedFrame(kFin | kPing, "beat");
  MessageReader reader;
  Input head(ping.substr(0, 8));
  EXPECT_FALSE(reader.Next(head.bytes, {kMax}));
  EXPECT_FALSE(reader.idle());
  Input tail(ping.substr(8));
  const std::optional<ReadEvent> event = reader.Next(tail.bytes, {kMax});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->payload, "beat");
  EXPECT_FALSE(reader.Next(tail.bytes, {kMax}));
  EXPECT_TRUE(reader.idle());
}

TEST(MessageReaderTest, AnAnnouncedLengthAllocatesNothing) {
  MessageReader reader;
  Input header(MaskedHeader(kFin | kBinary, 64 << 20));
  EXPECT_FALSE(reader.Next(header.bytes, {64 << 20}));
  EXPECT_EQ(reader.held_bytes(), 0u);
  Input some(std::string(1000, 'x'));
  EXPECT_FALSE(reader.Next(some.bytes, {64 << 20}));
  EXPECT_LE(reader.held_bytes(), 2000u);
}

TEST(MessageReaderTest, AMessageInManyReadsHoldsNoMoreThanItsLength) {
  constexpr size_t kSize = 100'000;
  const std::string frame = MaskedFrame(kFin | kBinary, std::string(kSize, 'x'));
  MessageReader reader;
  for (size_t at = 0; at < frame.size(); at += 997) {
    Input input(frame.substr(at, 997));
    const std::optional<ReadEvent> event = reader.Next(input.bytes, {kMax});
    EXPECT_LE(reader.held_bytes(), std::min(kSize, 2 * (at + 997)));
    ASSERT_EQ(event.has_value(), at + 997 >= frame.size());
    if (!event) continue;
    EXPECT_EQ(event->payload, std::string(kSize, 'x'));
  }
}

TEST(MessageReaderTest, AMovedReaderGoesOnWhereTheOldOneStopped) {
  const std::string stream =
      MaskedFrame(kText, "caf\xc3") + MaskedFrame(kFin | kContinuation, "\xa9");
  for (size_t cut = 0; cut < stream.size(); ++cut) {
    MessageReader first;
    Input head(stream.substr(0, cut));
    EXPECT_FALSE(first.Next(head.bytes, {kMax}));
    MessageReader second = std::move(first);
    Input tail(stream.substr(cut));
    const std::optional<ReadEvent> event = second.Next(tail.bytes, {kMax});
    ASSERT_TRUE(event);
    EXPECT_EQ(event->payload, "caf\xc3\xa9");
    EXPECT_EQ(event->frames, 2u);
  }
}

TEST(MessageReaderTest, ConsumesNothingBeyondTheEventThatItReturns) {
  const std::string first = MaskedFrame(kFin | kText, "one");
  Input input(first + MaskedFrame(kFin | kText, "two"));
  MessageReader reader;
  ASSERT_TRUE(reader.Next(input.bytes, {kMax}));
  EXPECT_EQ(input.bytes.data(), input.memory.data() + first.size());
}

TEST(MessageReaderTest, IsSmallEnoughToBeMadeForEachRead) {
  EXPECT_LE(sizeof(MessageReader), 160u);
}

}  // namespace
}  // namespace wsgate
