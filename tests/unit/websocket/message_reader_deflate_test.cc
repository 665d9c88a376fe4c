// Compressed messages (RFC 7692): the same events however they are cut, bounds that hold while a
// message is inflated, a pool that runs dry.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "gateway/websocket/message_reader.h"
#include "tests/fuzz/masked_frame.h"
#include "tests/fuzz/naive_reader.h"

namespace wsgate {
namespace {

using namespace testing;  // NOLINT: the test vocabulary of this folder.

constexpr uint64_t kMax = 70'000;

void ExpectSameAtEveryCut(const std::string& stream, uint64_t max = kMax) {
  InflaterPool pool;
  const std::vector<SeenEvent> expected = NaiveRead(stream, max, true);
  ASSERT_EQ(ReadInPieces(stream, {}, max, &pool), expected);
  ASSERT_EQ(ReadInPieces(stream, std::vector<size_t>(stream.size(), 1), max, &pool), expected);
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    const size_t pieces[] = {cut};
    ASSERT_EQ(ReadInPieces(stream, pieces, max, &pool), expected) << "cut at " << cut;
  }
  EXPECT_EQ(pool.lent(), 0u) << "a reader that went away gave its inflater back";
}

CloseReason ErrorOf(const std::string& stream, uint64_t max = kMax, bool deflate = true) {
  InflaterPool pool;
  const std::vector<SeenEvent> events = ReadInPieces(stream, {}, max, deflate ? &pool : nullptr);
  EXPECT_FALSE(events.empty());
  EXPECT_TRUE(events.empty() || events.back().kind == ReadEventKind::kError);
  return events.empty() ? CloseReason::kInternalError : events.back().error;
}

TEST(MessageReaderDeflateTest, CompressedAndPlainMessagesAtEveryCut) {
  const std::string text = std::string(130, 'a') + "\xf0\x9f\x98\x80" + std::string(140, 'b');
  const std::string payload = DeflatedPayload(text);
  const std::string stored = DeflatedPayload(text, 15, 0);
  const std::string_view view(stored);
  ExpectSameAtEveryCut(
      MaskedFrame(kFin | kRsv1 | kText, payload) + MaskedFrame(kFin | kText, "plain") +
      MaskedFrame(kFin | kRsv1 | kText, DeflatedPayload("")) +
      MaskedFrame(kFin | kRsv1 | kBinary, "") + MaskedFrame(kRsv1 | kText, view.substr(0, 150)) +
      MaskedFrame(kFin | kPing, "beat") + MaskedFrame(kContinuation, "") +
      MaskedFrame(kContinuation, view.substr(150, 3)) +
      MaskedFrame(kFin | kContinuation, view.substr(153)) +
      MaskedFrame(kFin | kClose, ClosePayload(1000, "")));
}

TEST(MessageReaderDeflateTest, EveryErrorAtEveryCut) {
  const std::string half = DeflatedPayload("caf\xc3");
  const std::string bad_text = DeflatedPayload(std::string(300, 'x') + "\xc0" + "more", 15, 0);
  for (const std::string& bad :
       {MaskedFrame(kFin | kRsv1 | kPing, "x"), MaskedFrame(kFin | kRsv1 | kContinuation, "x"),
        MaskedFrame(kFin | kRsv1 | 0x20 | kText, "x"), MaskedFrame(kFin | kRsv1 | kText, "\x07"),
        MaskedFrame(kFin | kRsv1 | kText, half), MaskedFrame(kFin | kRsv1 | kText, bad_text),
        MaskedFrame(kFin | kRsv1 | kBinary, half.substr(0, half.size() - 2)),
        MaskedFrame(kRsv1 | kText, half) + MaskedFrame(kFin | kRsv1 | kContinuation, "x"),
        MaskedFrame(kFin | kRsv1 | kBinary, DeflatedPayload(std::string(1001, 'x')))}) {
    std::string stream = MaskedFrame(kFin | kRsv1 | kText, DeflatedPayload("fine"));
    stream.append(bad).append(MaskedFrame(kFin | kText, "never read"));
    ExpectSameAtEveryCut(stream, 1000);
  }
}

TEST(MessageReaderDeflateTest, RandomStreamsAreReadAsByTheNaiveReaderHoweverTheyAreCut) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  InflaterPool pool;
  for (int i = 0; i < 3000; ++i) {
    const std::string stream = RandomStream(random(), true);
    const uint64_t max = random() % 4 == 0 ? random() % 300 : kMax;
    const std::vector<SeenEvent> expected = NaiveRead(stream, max, true);
    std::vector<size_t> pieces;
    const size_t piece_max = 1 + random() % 200;
    for (size_t cut = 0; cut < stream.size(); cut += pieces.back()) {
      pieces.push_back(1 + random() % piece_max);
    }
    ASSERT_EQ(ReadInPieces(stream, pieces, max, &pool), expected) << i;
    ASSERT_EQ(ReadInPieces(stream, {}, max, &pool), expected) << i;
  }
}

TEST(MessageReaderDeflateTest, EachFaultHasItsReason) {
  const std::string good = DeflatedPayload("fine");
  EXPECT_EQ(ErrorOf(MaskedFrame(kFin | kRsv1 | kText, good), kMax, /*deflate=*/false),
            CloseReason::kProtocolError);
  EXPECT_EQ(ErrorOf(MaskedFrame(kFin | kRsv1 | kPing, "")), CloseReason::kProtocolError);
  EXPECT_EQ(ErrorOf(MaskedFrame(kFin | kRsv1 | kText, "\x07")), CloseReason::kInvalidDeflate);
  EXPECT_EQ(ErrorOf(MaskedFrame(kFin | kRsv1 | kText, DeflatedPayload("\xff"))),
            CloseReason::kInvalidUtf8);
  EXPECT_EQ(ErrorOf(MaskedFrame(kFin | kRsv1 | kText, good), 3), CloseReason::kMessageTooBig);
}

// Bytes of one read; their memory outlives the event.
struct Input {
  explicit Input(std::string text) : memory(std::move(text)), bytes(memory) {}
  std::string memory;
  std::span<char> bytes;
};

TEST(MessageReaderDeflateTest, ABombIsRefusedWhileItInflatesAndHoldsNoMoreThanTheBound) {
  // 64 MiB in 65 KB, in reads of 1,000 bytes: each inflates to a megabyte.
  const std::string bomb = DeflatedPayload(std::string(64 << 20, '\0'), 15, 9);
  ASSERT_LT(bomb.size(), 70'000u);
  const std::string frame = MaskedFrame(kFin | kRsv1 | kBinary, bomb);
  constexpr uint64_t kBound = 1 << 20;
  InflaterPool pool;
  MessageReader reader;
  size_t fed = 0;
  std::optional<ReadEvent> event;
  while (!event && fed < frame.size()) {
    Input input(frame.substr(fed, 1000));
    fed += 1000;
    event = reader.Next(input.bytes, {kBound, &pool});
    EXPECT_LE(reader.held_bytes(), kBound);
  }
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, ReadEventKind::kError);
  EXPECT_EQ(event->error, CloseReason::kMessageTooBig);
  EXPECT_LE(fed, 3'000u) << "the rest is not waited for";
}

TEST(MessageReaderDeflateTest, ExactlyTheBoundIsTaken) {
  for (const uint64_t size : {uint64_t{1}, uint64_t{1000}, uint64_t{16'384}, uint64_t{65'536}}) {
    const std::string frame =
        MaskedFrame(kFin | kRsv1 | kText, DeflatedPayload(std::string(size, 'x')));
    InflaterPool pool;
    EXPECT_EQ(ReadInPieces(frame, {}, size, &pool).at(0).kind, ReadEventKind::kMessage) << size;
    EXPECT_EQ(ErrorOf(frame, size - 1), CloseReason::kMessageTooBig) << size;
  }
}

TEST(MessageReaderDeflateTest, EmptyBlocksDoNotGoOnForEver) {
  // Five bytes that inflate to nothing, again and again: no output would ever reach the bound.
  std::string stream = MaskedFrame(kRsv1 | kBinary, "");
  const std::string nothing(5, '\0');
  const std::string block("\x00\x00\x00\xff\xff", 5);
  std::string blocks;
  for (int i = 0; i < 100; ++i) blocks += block;
  for (int i = 0; i < 10; ++i) stream += MaskedFrame(kContinuation, blocks);
  EXPECT_EQ(ErrorOf(stream, 100), CloseReason::kMessageTooBig);
}

TEST(MessageReaderDeflateTest, WithEveryInflaterLentAMessageWaitsAndStillArrives) {
  InflaterPool pool;
  std::vector<InflaterPool::Loan> others;
  while (InflaterPool::Loan loan = pool.TryBorrow()) others.push_back(std::move(loan));
  const uint64_t refused = pool.refused();
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i * 7919);
  const std::string payload = DeflatedPayload(text);
  const std::string_view view(payload);
  const std::string stream = MaskedFrame(kRsv1 | kText, view.substr(0, 100)) +
                             MaskedFrame(kFin | kPing, "beat") +
                             MaskedFrame(kFin | kContinuation, view.substr(100));
  const std::vector<SeenEvent> expected = NaiveRead(stream, kMax, true);
  const std::vector<size_t> pieces(stream.size() / 9, 9);
  EXPECT_EQ(ReadInPieces(stream, pieces, kMax, &pool), expected);
  EXPECT_GT(pool.refused(), refused);

  // One comes back in the middle of it: what has waited is inflated then.
  MessageReader reader;
  Input head(stream.substr(0, 60));
  EXPECT_FALSE(reader.Next(head.bytes, {kMax, &pool}));
  EXPECT_EQ(pool.lent(), InflaterPool::kLoansMax);
  others.pop_back();
  Input more(stream.substr(60, 20));
  EXPECT_FALSE(reader.Next(more.bytes, {kMax, &pool}));
  EXPECT_EQ(pool.lent(), InflaterPool::kLoansMax);
  Input tail(stream.substr(80));
  std::optional<ReadEvent> event = reader.Next(tail.bytes, {kMax, &pool});
  ASSERT_TRUE(event && event->kind == ReadEventKind::kPing);
  event = reader.Next(tail.bytes, {kMax, &pool});
  ASSERT_TRUE(event && event->kind == ReadEventKind::kMessage);
  EXPECT_EQ(event->payload, text);
  EXPECT_EQ(pool.lent(), InflaterPool::kLoansMax - 1);
}

TEST(MessageReaderDeflateTest, WhatWaitsIsBoundedToo) {
  InflaterPool pool;
  std::vector<InflaterPool::Loan> others;
  while (InflaterPool::Loan loan = pool.TryBorrow()) others.push_back(std::move(loan));
  MessageReader reader;
  std::optional<ReadEvent> event;
  for (int i = 0; i < 100 && !event; ++i) {
    Input input(MaskedFrame(i == 0 ? kRsv1 | kBinary : kContinuation, std::string(1000, '\x55')));
    event = reader.Next(input.bytes, {10'000, &pool});
    EXPECT_LE(reader.held_bytes(), 10'000u + 10'000 / 8 + 1024);
  }
  ASSERT_TRUE(event);
  EXPECT_EQ(event->error, CloseReason::kMessageTooBig);
}

}  // namespace
}  // namespace wsgate
