#include "gateway/websocket/client_frame.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/fuzz/masked_frame.h"

namespace wsgate {
namespace {

using testing::kFin;
using testing::kSomeMask;
using testing::LengthBytes;
using testing::MaskedHeader;

HeaderState Decode(const std::string& bytes, bool deflate = false) {
  ClientFrame frame;
  return DecodeHeader(bytes, deflate, frame);
}

TEST(DecodeHeaderTest, ReadsEveryFieldOfEachLengthForm) {
  for (const uint64_t length : {uint64_t{0}, uint64_t{125}, uint64_t{126}, uint64_t{0xffff},
                                uint64_t{0x10000}, ~uint64_t{0} >> 1}) {
    const std::string header = MaskedHeader(kFin | testing::kBinary, length);
    ClientFrame frame;
    ASSERT_EQ(DecodeHeader(header + "payload", false, frame), HeaderState::kComplete) << length;
    EXPECT_EQ(frame.opcode, Opcode::kBinary);
    EXPECT_TRUE(frame.fin);
    EXPECT_EQ(frame.payload_bytes, length);
    EXPECT_EQ(frame.header_bytes, header.size());
    EXPECT_EQ(frame.mask, kSomeMask);
    for (size_t have = 0; have < header.size(); ++have) {
      EXPECT_EQ(Decode(header.substr(0, have)), HeaderState::kIncomplete) << length << ' ' << have;
    }
  }
}

TEST(DecodeHeaderTest, KnowsTheOpcodesOfTheRfcAndNoOther) {
  for (int opcode = 0; opcode < 16; ++opcode) {
    const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
    const std::string header = MaskedHeader(static_cast<uint8_t>(kFin | opcode), 0);
    EXPECT_EQ(Decode(header), known ? HeaderState::kComplete : HeaderState::kInvalid) << opcode;
    ClientFrame frame;
    if (DecodeHeader(header, false, frame) == HeaderState::kComplete) {
      EXPECT_EQ(static_cast<int>(frame.opcode), opcode);
      EXPECT_EQ(frame.is_control(), opcode >= 8);
    }
  }
}

TEST(DecodeHeaderTest, RefusesReservedBitsAtTheFirstByte) {
  for (const int bit : {0x10, 0x20, 0x40}) {
    EXPECT_EQ(Decode(std::string(1, static_cast<char>(kFin | bit | testing::kText))),
              HeaderState::kInvalid);
  }
  EXPECT_EQ(Decode(std::string(1, static_cast<char>(kFin | testing::kText))),
            HeaderState::kIncomplete);
}

TEST(DecodeHeaderTest, WithDeflateTheFirstReservedBitMayStandOnTextAndBinaryOnly) {
  for (int opcode = 0; opcode < 16; ++opcode) {
    const bool good = opcode == testing::kText || opcode == testing::kBinary;
    const auto first = static_cast<uint8_t>(kFin | 0x40 | opcode);
    EXPECT_EQ(Decode(std::string(1, static_cast<char>(first)), true),
              good ? HeaderState::kIncomplete : HeaderState::kInvalid)
        << opcode;
    EXPECT_EQ(Decode(MaskedHeader(first, 0), false), HeaderState::kInvalid) << opcode;
    for (const int more : {0x10, 0x20, 0x30}) {
      EXPECT_EQ(Decode(MaskedHeader(static_cast<uint8_t>(first | more), 0), true),
                HeaderState::kInvalid);
    }
  }
  ClientFrame frame;
  ASSERT_EQ(DecodeHeader(MaskedHeader(kFin | 0x40 | testing::kText, 5), true, frame),
            HeaderState::kComplete);
  EXPECT_TRUE(frame.compressed);
  ASSERT_EQ(DecodeHeader(MaskedHeader(kFin | testing::kText, 5), true, frame),
            HeaderState::kComplete);
  EXPECT_FALSE(frame.compressed);
}

TEST(DecodeHeaderTest, RefusesAFrameWithoutMask) {
  EXPECT_EQ(Decode("\x81\x05"), HeaderState::kInvalid);
  EXPECT_EQ(Decode("\x81\x85"), HeaderState::kIncomplete);
}

TEST(DecodeHeaderTest, ControlFramesAreWholeAndShort) {
  for (const uint8_t opcode : {testing::kClose, testing::kPing, testing::kPong}) {
    const uint8_t whole = kFin | opcode;
    EXPECT_EQ(Decode(MaskedHeader(whole, 125)), HeaderState::kComplete);
    EXPECT_EQ(Decode(MaskedHeader(whole, 126)), HeaderState::kInvalid);
    EXPECT_EQ(Decode(MaskedHeader(whole, 0x10000)), HeaderState::kInvalid);
    EXPECT_EQ(Decode(MaskedHeader(whole, 10, kSomeMask, LengthBytes::kTwo)), HeaderState::kInvalid);
    EXPECT_EQ(Decode(MaskedHeader(opcode, 0)), HeaderState::kInvalid) << "a fragment";
  }
}

TEST(DecodeHeaderTest, LengthsStandInTheirShortestForm) {
  const auto state = [](uint64_t length, LengthBytes form) {
    return Decode(MaskedHeader(kFin | testing::kText, length, kSomeMask, form));
  };
  EXPECT_EQ(state(125, LengthBytes::kTwo), HeaderState::kInvalid);
  EXPECT_EQ(state(126, LengthBytes::kTwo), HeaderState::kComplete);
  EXPECT_EQ(state(125, LengthBytes::kEight), HeaderState::kInvalid);
  EXPECT_EQ(state(0xffff, LengthBytes::kEight), HeaderState::kInvalid);
  EXPECT_EQ(state(0x10000, LengthBytes::kEight), HeaderState::kComplete);
}

TEST(DecodeHeaderTest, TheTopBitOfALengthIsClear) {
  const auto state = [](uint64_t length) {
    return Decode(MaskedHeader(kFin | testing::kBinary, length, kSomeMask, LengthBytes::kEight));
  };
  EXPECT_EQ(state((uint64_t{1} << 63) - 1), HeaderState::kComplete);
  EXPECT_EQ(state(uint64_t{1} << 63), HeaderState::kInvalid);
  EXPECT_EQ(state(~uint64_t{0}), HeaderState::kInvalid);
}

TEST(UnmaskTest, EqualsTheRfcsFormulaAtEveryLengthAndCut) {
  std::mt19937 random(1);
  for (size_t length = 0; length <= 70; ++length) {
    std::string masked(length, '\0');
    for (char& c : masked) c = static_cast<char>(random());
    std::string expected = masked;
    for (size_t i = 0; i < length; ++i)
      expected[i] = static_cast<char>(masked[i] ^ kSomeMask[i % 4]);
    for (size_t cut = 0; cut <= length; ++cut) {
      std::string bytes = masked;
      Mask mask = kSomeMask;
      Unmask(std::span(bytes).first(cut), mask);
      Unmask(std::span(bytes).subspan(cut), mask);
      ASSERT_EQ(bytes, expected) << length << ' ' << cut;
      EXPECT_EQ(mask[0], kSomeMask[length % 4]);
    }
  }
}

}  // namespace
}  // namespace wsgate
