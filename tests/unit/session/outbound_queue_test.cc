#include "gateway/session/outbound_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "gateway/message/frame_header.h"

namespace wsgate {
namespace {

WirePtr Messages(const std::vector<std::string>& payloads) {
  auto wire = std::make_shared<WireBuffer>();
  for (const std::string& payload : payloads) {
    AppendServerFrameHeader(Opcode::kText, payload.size(), wire->bytes);
    wire->bytes += payload;
    ++wire->messages;
    wire->payload_bytes += payload.size();
  }
  return wire;
}

WirePtr Control(const std::string& bytes) {
  auto wire = std::make_shared<WireBuffer>();
  wire->bytes = bytes;
  return wire;
}

// Everything that the queue would write, as one string.
std::string Rest(const OutboundQueue& queue) {
  std::array<iovec, 16> parts;
  const size_t count = queue.Gather(parts);
  std::string bytes;
  for (size_t i = 0; i < count; ++i) {
    bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  return bytes;
}

TEST(OutboundQueueTest, WritesInOrderAndForgetsWhatIsConsumed) {
  OutboundQueue queue;
  EXPECT_TRUE(queue.empty());
  const WirePtr one = Messages({"one"});
  const WirePtr two = Messages({"two"});
  queue.Push(QueuedKind::kMessages, one);
  queue.Push(QueuedKind::kMessages, two);
  EXPECT_EQ(Rest(queue), one->bytes + two->bytes);
  EXPECT_EQ(queue.bytes(), 10u);
  EXPECT_EQ(queue.messages(), 2u);
  queue.Consume(7);  // The first and two bytes of the second.
  EXPECT_EQ(Rest(queue), "two");
  EXPECT_EQ(queue.bytes(), 3u);
  EXPECT_EQ(queue.messages(), 1u);
  queue.Consume(3);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(OutboundQueueTest, GatherShowsNoMoreThanThereIsRoomFor) {
  OutboundQueue queue;
  for (int i = 0; i < 5; ++i) queue.Push(QueuedKind::kMessages, Messages({"x"}));
  std::array<iovec, 3> parts;
  EXPECT_EQ(queue.Gather(parts), 3u);
}

TEST(OutboundQueueTest, ControlFramesOvertakeMessagesThatAreNotStarted) {
  OutboundQueue queue;
  const WirePtr started = Messages({"started"});
  queue.Push(QueuedKind::kMessages, started, /*sent=*/4);
  queue.Push(QueuedKind::kMessages, Messages({"later"}));
  queue.Push(QueuedKind::kPing, Control("PING"));
  queue.Push(QueuedKind::kPong, Control("PONG"));
  EXPECT_EQ(Rest(queue), started->bytes.substr(4) + "PINGPONG" + Messages({"later"})->bytes);
}

TEST(OutboundQueueTest, ANewPongTakesThePlaceOfOneThatWaits) {
  OutboundQueue queue;
  queue.Push(QueuedKind::kMessages, Messages({"m"}));
  queue.Push(QueuedKind::kPong, Control("first"));
  queue.Push(QueuedKind::kPing, Control("ping"));
  queue.Push(QueuedKind::kPong, Control("other"));
  EXPECT_EQ(Rest(queue), "otherping" + Messages({"m"})->bytes);
  EXPECT_EQ(queue.bytes(), 9u + 3u);
}

TEST(OutboundQueueTest, AStartedPongIsNotReplaced) {
  OutboundQueue queue;
  queue.Push(QueuedKind::kPong, Control("first"), /*sent=*/2);
  queue.Push(QueuedKind::kPong, Control("next"));
  EXPECT_EQ(Rest(queue), "rstnext");
}

TEST(OutboundQueueTest, ACloseGoesLast) {
  OutboundQueue queue;
  queue.Push(QueuedKind::kMessages, Messages({"m"}));
  queue.Push(QueuedKind::kClose, Control("CLOSE"));
  EXPECT_EQ(Rest(queue), Messages({"m"})->bytes + "CLOSE");
}

TEST(OutboundQueueTest, DroppingKeepsWhatIsStarted) {
  OutboundQueue queue;
  const WirePtr started = Messages({"a", "b"});
  queue.Push(QueuedKind::kMessages, started, /*sent=*/1);
  queue.Push(QueuedKind::kMessages, Messages({"c", "d", "e"}));
  EXPECT_EQ(queue.DropWaiting(), 3u);
  EXPECT_EQ(Rest(queue), started->bytes.substr(1));
  EXPECT_EQ(queue.bytes(), started->bytes.size() - 1);

  OutboundQueue fresh;
  fresh.Push(QueuedKind::kMessages, Messages({"a", "b"}));
  EXPECT_EQ(fresh.DropWaiting(), 2u);
  EXPECT_TRUE(fresh.empty());
}

TEST(OutboundQueueTest, MessagesCountsOnlyThoseNotWhollyInTheKernel) {
  const std::string medium(300, 'm');  // Its length takes two more bytes, then eight.
  const std::string large(70'000, 'l');
  const WirePtr wire = Messages({"a", medium, large, "b"});
  const size_t first = 3;
  const size_t second = first + 4 + medium.size();
  const size_t third = second + 10 + large.size();
  const std::vector<std::pair<size_t, uint64_t>> expected = {
      {1, 4},      {first - 1, 4}, {first, 3}, {second - 1, 3},
      {second, 2}, {third - 1, 2}, {third, 1}, {wire->bytes.size() - 1, 1}};
  for (const auto& [sent, left] : expected) {
    OutboundQueue queue;
    queue.Push(QueuedKind::kMessages, wire, sent);
    EXPECT_EQ(queue.messages(), left) << sent;
  }
}

}  // namespace
}  // namespace wsgate
