// However a stream is cut, the events are the same, and they are those of the naive reader.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/masked_frame.h"
#include "tests/fuzz/naive_reader.h"

namespace wsgate {
namespace {

using namespace testing;  // NOLINT: the test vocabulary of this folder.

constexpr uint64_t kMax = 70'000;

void ExpectSameAtEveryCut(const std::string& stream, uint64_t message_bytes_max = kMax) {
  const std::vector<SeenEvent> expected = NaiveRead(stream, message_bytes_max);
  ASSERT_EQ(ReadInPieces(stream, {}, message_bytes_max), expected);
  ASSERT_EQ(ReadInPieces(stream, std::vector<size_t>(stream.size(), 1), message_bytes_max),
            expected);
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    const size_t pieces[] = {cut};
    ASSERT_EQ(ReadInPieces(stream, pieces, message_bytes_max), expected) << "cut at " << cut;
  }
}

TEST(MessageReaderSplitTest, MessagesFragmentsAndControlFramesAtEveryCut) {
  const std::string long_text = std::string(130, 'a') + "\xf0\x9f\x98\x80" + std::string(140, 'b');
  ExpectSameAtEveryCut(MaskedFrame(kFin | kText, "short") + MaskedFrame(kFin | kText, "") +
                       MaskedFrame(kFin | kText, long_text) + MaskedFrame(kText, "caf\xc3") +
                       MaskedFrame(kFin | kPing, std::string(125, '\xff')) +
                       MaskedFrame(kContinuation, "") + MaskedFrame(kFin | kPong, "") +
                       MaskedFrame(kFin | kContinuation, "\xa9") +
                       MaskedFrame(kFin | kBinary, std::string(200, '\xfe')) +
                       MaskedFrame(kFin | kClose, ClosePayload(4001, "caf\xc3\xa9")) + "after");
}

TEST(MessageReaderSplitTest, EveryErrorAtEveryCut) {
  const std::string before = MaskedFrame(kFin | kText, "fine") + MaskedFrame(kText, "open");
  const std::string after = MaskedFrame(kFin | kText, "never read");
  for (const std::string& bad :
       {MaskedFrame(kFin | kText, "new one"), MaskedFrame(kFin | 0x20, "x"),
        MaskedFrame(kFin | 0x7, "x"), std::string("\x80\x01x"), MaskedFrame(kPing, "x"),
        MaskedFrame(kFin | kPing, std::string(126, 'x')), MaskedFrame(kFin | kClose, "x"),
        MaskedFrame(kFin | kClose, ClosePayload(999, "")),
        MaskedFrame(kFin | kClose, ClosePayload(1000, "\xc3")),
        MaskedFrame(kContinuation, "ab\xc0 and more"),
        MaskedFrame(kFin | kContinuation, "\xe2\x82"), MaskedHeader(kContinuation, 97),
        MaskedHeader(kContinuation, uint64_t{1} << 63),
        MaskedFrame(kContinuation, "x", kSomeMask, LengthBytes::kEight)}) {
    std::string stream = before;
    stream.append(bad).append(after);
    ExpectSameAtEveryCut(stream, 100);
  }
}

TEST(MessageReaderSplitTest, ALengthOfEightBytesAtEveryCutOfItsHeader) {
  const std::string stream =
      MaskedFrame(kFin | kBinary, std::string(66'000, 'x')) + MaskedFrame(kFin | kText, "next");
  const std::vector<SeenEvent> expected = NaiveRead(stream, kMax);
  for (size_t cut = 0; cut <= 20; ++cut) {
    const size_t pieces[] = {cut, 1, 60'000};
    ASSERT_EQ(ReadInPieces(stream, pieces, kMax), expected) << cut;
  }
}

TEST(MessageReaderSplitTest, RandomStreamsAreReadAsByTheNaiveReaderHoweverTheyAreCut) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string stream = RandomStream(random());
    const uint64_t limit = random() % 4 == 0 ? random() % 400 : kMax;
    const std::vector<SeenEvent> expected = NaiveRead(stream, limit);
    ASSERT_EQ(ReadInPieces(stream, {}, limit), expected) << "round " << round;
    std::vector<size_t> pieces;
    const size_t piece_max = 1 + random() % (random() % 2 ? 8 : stream.size() + 1);
    for (size_t cut = 0; cut < stream.size(); cut += pieces.back()) {
      pieces.push_back(1 + random() % piece_max);
    }
    ASSERT_EQ(ReadInPieces(stream, pieces, limit), expected) << "round " << round;
  }
}

}  // namespace
}  // namespace wsgate
