#include "gateway/message/frame_header.h"

#include <gtest/gtest.h>

namespace wsgate {
namespace {

std::string Header(Opcode opcode, uint64_t payload_bytes) {
  std::string out;
  AppendServerFrameHeader(opcode, payload_bytes, out);
  return out;
}

std::string Bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}

TEST(ServerFrameHeaderTest, TakesTheShortestLengthOnBothSidesOfEachStep) {
  EXPECT_EQ(Header(Opcode::kText, 0), Bytes({0x81, 0}));
  EXPECT_EQ(Header(Opcode::kText, 125), Bytes({0x81, 125}));
  EXPECT_EQ(Header(Opcode::kText, 126), Bytes({0x81, 126, 0, 126}));
  EXPECT_EQ(Header(Opcode::kText, 0xffff), Bytes({0x81, 126, 0xff, 0xff}));
  EXPECT_EQ(Header(Opcode::kText, 0x10000), Bytes({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(Header(Opcode::kText, 0x0102030405060708), Bytes({0x81, 127, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(Header(Opcode::kText, ~uint64_t{0}).size(), kServerFrameHeaderMax);
}

TEST(ServerFrameHeaderTest, SetsFinAndTheOpcodeAndNoMask) {
  EXPECT_EQ(Header(Opcode::kBinary, 1), Bytes({0x82, 1}));
  EXPECT_EQ(Header(Opcode::kClose, 2), Bytes({0x88, 2}));
  EXPECT_EQ(Header(Opcode::kPing, 3), Bytes({0x89, 3}));
  EXPECT_EQ(Header(Opcode::kPong, 4), Bytes({0x8A, 4}));
}

TEST(ServerFrameHeaderTest, AppendsToWhatIsThere) {
  std::string out = "before";
  AppendServerFrameHeader(Opcode::kText, 5, out);
  EXPECT_EQ(out, "before" + Bytes({0x81, 5}));
}

}  // namespace
}  // namespace wsgate
