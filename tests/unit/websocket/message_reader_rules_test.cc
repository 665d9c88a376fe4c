// Each rule of RFC 6455 that a stream of frames can keep or break, from both sides. Every stream is
// fed whole and byte by byte.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/websocket/message_reader.h"
#include "tests/fuzz/masked_frame.h"
#include "tests/fuzz/naive_reader.h"

namespace wsgate {
namespace {

using namespace testing;  // NOLINT: the test vocabulary of this folder.

constexpr uint64_t kMax = 1000;

std::vector<SeenEvent> Read(const std::string& stream, uint64_t message_bytes_max = kMax) {
  std::vector<SeenEvent> whole = ReadInPieces(stream, {}, message_bytes_max);
  EXPECT_EQ(ReadInPieces(stream, std::vector<size_t>(stream.size(), 1), message_bytes_max), whole);
  return whole;
}

SeenEvent Text(std::string payload, uint32_t frames = 1) {
  return {.kind = ReadEventKind::kMessage, .payload = std::move(payload), .frames = frames};
}
SeenEvent Binary(std::string payload, uint32_t frames = 1) {
  return {.kind = ReadEventKind::kMessage,
          .payload_kind = PayloadKind::kBinary,
          .payload = std::move(payload),
          .frames = frames};
}
SeenEvent Control(ReadEventKind kind, std::string payload) {
  return {.kind = kind, .payload = std::move(payload)};
}
SeenEvent Closed(uint16_t code, std::string reason) {
  return {.kind = ReadEventKind::kClose, .payload = std::move(reason), .close_code = code};
}
SeenEvent Error(CloseReason reason) {
  return {.kind = ReadEventKind::kError, .error = reason};
}

using Events = std::vector<SeenEvent>;

TEST(MessageReaderRulesTest, MessagesOfBothKindsComeAsTheyWereSent) {
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, "Hello")), Events{Text("Hello")});
  EXPECT_EQ(Read(MaskedFrame(kFin | kBinary, "\xff\xfe")), Events{Binary("\xff\xfe")});
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, "")), Events{Text("")});
  const std::string longer(300, 'x');
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, longer) + MaskedFrame(kFin | kBinary, "b")),
            (Events{Text(longer), Binary("b")}));
}

TEST(MessageReaderRulesTest, FragmentsMakeOneMessageWithControlFramesDeliveredBetweenThem) {
  const std::string stream = MaskedFrame(kText, "one ") + MaskedFrame(kFin | kPing, "beat") +
                             MaskedFrame(kContinuation, "") + MaskedFrame(kFin | kPong, "") +
                             MaskedFrame(kFin | kContinuation, "two") +
                             MaskedFrame(kFin | kText, "next");
  EXPECT_EQ(Read(stream),
            (Events{Control(ReadEventKind::kPing, "beat"), Control(ReadEventKind::kPong, ""),
                    Text("one two", 3), Text("next")}));
}

TEST(MessageReaderRulesTest, ControlFramesCarryUpTo125Bytes) {
  const std::string most(125, 'p');
  EXPECT_EQ(Read(MaskedFrame(kFin | kPing, most)), Events{Control(ReadEventKind::kPing, most)});
  EXPECT_EQ(Read(MaskedFrame(kFin | kPing, most + "p")),
            Events{Error(CloseReason::kProtocolError)});
  EXPECT_EQ(Read(MaskedFrame(kPing, "")), Events{Error(CloseReason::kProtocolError)}) << "no FIN";
}

TEST(MessageReaderRulesTest, AContinuationStandsOnlyInsideAMessage) {
  const Events error{Error(CloseReason::kProtocolError)};
  EXPECT_EQ(Read(MaskedFrame(kContinuation, "x")), error);
  EXPECT_EQ(Read(MaskedFrame(kFin | kContinuation, "x")), error);
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, "a") + MaskedFrame(kFin | kContinuation, "x")),
            (Events{Text("a"), Error(CloseReason::kProtocolError)}));
}

TEST(MessageReaderRulesTest, NoMessageBeginsInsideAnother) {
  const Events error{Error(CloseReason::kProtocolError)};
  EXPECT_EQ(Read(MaskedFrame(kText, "a") + MaskedFrame(kFin | kText, "b")), error);
  EXPECT_EQ(Read(MaskedFrame(kBinary, "a") + MaskedFrame(kBinary, "b")), error);
}

TEST(MessageReaderRulesTest, HeadersThatBreakTheRfcAreProtocolErrors) {
  const Events error{Error(CloseReason::kProtocolError)};
  EXPECT_EQ(Read("\x81\x05Hello"), error) << "no mask";
  EXPECT_EQ(Read(MaskedFrame(kFin | 0x40 | kText, "x")), error) << "a reserved bit";
  EXPECT_EQ(Read(MaskedFrame(kFin | 0x3, "x")), error) << "a reserved opcode";
  EXPECT_EQ(Read(MaskedFrame(kFin | 0xB, "x")), error) << "a reserved opcode";
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, "x", kSomeMask, LengthBytes::kTwo)), error);
  EXPECT_EQ(Read(MaskedHeader(kFin | kText, uint64_t{1} << 63)), error) << "not kMessageTooBig";
}

TEST(MessageReaderRulesTest, AMessageOfTheLimitPassesAndOneByteMoreDoesNot) {
  const std::string most(kMax, 'm');
  const Events error{Error(CloseReason::kMessageTooBig)};
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, most)), Events{Text(most)});
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, most + "m")), error);
  EXPECT_EQ(Read(MaskedFrame(kText, most) + MaskedFrame(kFin | kContinuation, "")),
            Events{Text(most, 2)});
  EXPECT_EQ(Read(MaskedFrame(kText, most) + MaskedFrame(kFin | kContinuation, "m")), error);
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, most) + MaskedFrame(kFin | kText, most)),
            (Events{Text(most), Text(most)}))
      << "the sum is of one message";
}

TEST(MessageReaderRulesTest, TheLimitIsCheckedAtTheHeaderAndDoesNotOverflow) {
  const Events error{Error(CloseReason::kMessageTooBig)};
  EXPECT_EQ(Read(MaskedHeader(kFin | kText, kMax + 1)), error) << "no payload has come";
  EXPECT_EQ(Read(MaskedHeader(kFin | kText, kMax)), Events{});
  const std::string huge = MaskedHeader(kFin | kContinuation, ~uint64_t{0} >> 1);
  EXPECT_EQ(Read(MaskedFrame(kBinary, "xy") + huge, (~uint64_t{0} >> 1) + 1), error);
  EXPECT_EQ(Read(MaskedFrame(kBinary, "x") + huge, (~uint64_t{0} >> 1) + 1), Events{});
  EXPECT_EQ(Read(MaskedFrame(kBinary, "xy") + huge, ~uint64_t{0}), Events{});
}

TEST(MessageReaderRulesTest, ALimitLoweredInsideAMessageCountsFromItsNextFrame) {
  MessageReader reader;
  std::string first = MaskedFrame(kText, std::string(100, 'a'));
  std::string second = MaskedFrame(kFin | kContinuation, "");
  std::span<char> bytes(first);
  EXPECT_FALSE(reader.Next(bytes, {100}));
  bytes = second;
  const std::optional<ReadEvent> event = reader.Next(bytes, {50});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, ReadEventKind::kError);
  EXPECT_EQ(event->error, CloseReason::kMessageTooBig);
}

TEST(MessageReaderRulesTest, TextIsUtf8AcrossFragments) {
  const std::string euro = "\xe2\x82\xac";
  EXPECT_EQ(Read(MaskedFrame(kText, "a\xe2") + MaskedFrame(kFin | kPing, "\xff") +
                 MaskedFrame(kContinuation, "\x82") + MaskedFrame(kFin | kContinuation, "\xac")),
            (Events{Control(ReadEventKind::kPing, "\xff"), Text("a" + euro, 3)}));
  const Events error{Error(CloseReason::kInvalidUtf8)};
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, "\xff")), error);
  EXPECT_EQ(Read(MaskedFrame(kText, "a\xe2") + MaskedFrame(kFin | kContinuation, "a")), error);
  EXPECT_EQ(Read(MaskedFrame(kFin | kText, "a\xe2\x82")), error) << "cut off at the end";
  EXPECT_EQ(Read(MaskedFrame(kText, "a\xe2\x82") + MaskedFrame(kFin | kContinuation, "")), error);
}

TEST(MessageReaderRulesTest, BadTextFailsBeforeItsFrameIsWhole) {
  const std::string frame = MaskedFrame(kFin | kText, std::string(50, 'a') + "\xed\xa0" + "rest");
  const size_t bad_byte = 6 + 51;  // The second byte of a surrogate.
  EXPECT_EQ(Read(frame.substr(0, bad_byte)), Events{});
  EXPECT_EQ(Read(frame.substr(0, bad_byte + 1)), Events{Error(CloseReason::kInvalidUtf8)});
}

TEST(MessageReaderRulesTest, CloseCarriesNothingOrACodeAndAReason) {
  EXPECT_EQ(Read(MaskedFrame(kFin | kClose, "")), Events{Closed(0, "")});
  EXPECT_EQ(Read(MaskedFrame(kFin | kClose, ClosePayload(1000, ""))), Events{Closed(1000, "")});
  const std::string reason(123, 'r');
  EXPECT_EQ(Read(MaskedFrame(kFin | kClose, ClosePayload(4999, reason))),
            Events{Closed(4999, reason)});
  EXPECT_EQ(Read(MaskedFrame(kFin | kClose, "\x03")), Events{Error(CloseReason::kProtocolError)});
  EXPECT_EQ(Read(MaskedFrame(kFin | kClose, ClosePayload(1000, reason + "r"))),
            Events{Error(CloseReason::kProtocolError)});
}

TEST(MessageReaderRulesTest, CloseCodesAreThoseThatMayStandOnTheWire) {
  for (uint32_t code = 0; code <= 0xffff; code += code < 5100 ? 1 : 997) {
    const std::string frame =
        MaskedFrame(kFin | kClose, ClosePayload(static_cast<uint16_t>(code), "why"));
    const std::vector<SeenEvent> events = ReadInPieces(frame, {}, kMax);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0], IsWireCloseCode(code) ? Closed(static_cast<uint16_t>(code), "why")
                                               : Error(CloseReason::kProtocolError))
        << code;
  }
}

TEST(MessageReaderRulesTest, ACloseReasonIsWholeUtf8) {
  const std::string euro = "\xe2\x82\xac";
  EXPECT_EQ(Read(MaskedFrame(kFin | kClose, ClosePayload(1000, euro))), Events{Closed(1000, euro)});
  const Events error{Error(CloseReason::kInvalidUtf8)};
  EXPECT_EQ(Read(MaskedFrame(kFin | kClose, ClosePayload(1000, "\xff"))), error);
  EXPECT_EQ(Read(MaskedFrame(kFin | kClose, ClosePayload(1000, "\xe2\x82"))), error);
}

TEST(MessageReaderRulesTest, CloseMayStandInsideAMessage) {
  EXPECT_EQ(Read(MaskedFrame(kText, "half") + MaskedFrame(kFin | kClose, ClosePayload(1001, ""))),
            Events{Closed(1001, "")});
}

}  // namespace
}  // namespace wsgate
