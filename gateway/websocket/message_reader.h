// What a client sends, from bytes to messages (RFC 6455 sections 5.2 to 5.5, RFC 7692 section 7.2),
// with every rule of the RFCs enforced.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/message/close_reason.h"
#include "gateway/message/message.h"
#include "gateway/websocket/client_frame.h"
#include "gateway/websocket/inflater.h"
#include "gateway/websocket/utf8.h"

namespace wsgate {

enum class ReadEventKind : uint8_t { kMessage, kPing, kPong, kClose, kError };

// One thing that a client said.
struct ReadEvent {
  ReadEventKind kind = ReadEventKind::kError;
  PayloadKind payload_kind = PayloadKind::kText;  // Of kMessage.
  std::string_view payload;  // Valid until the next call of Next(). Of kClose: the reason's text.
  uint16_t close_code = 0;   // Of kClose; 0 where the frame had none.
  // Of kError: kProtocolError, kInvalidUtf8, kInvalidDeflate or kMessageTooBig.
  CloseReason error = CloseReason::kProtocolError;
  uint32_t frames = 0;            // Of kMessage: how many it came in.
  uint64_t compressed_bytes = 0;  // Of kMessage: what it had on the wire; 0: it was not compressed.
};

// Flow:    socket → MessageReader → Session.
// Owner:   a Session while a message is incomplete; else a fresh one on the stack serves each read.
// Threads: its shard's only.
// Bounds:  holds one message of at most message_bytes_max and one control frame of at most 125 B,
//          in no more than twice the memory that has arrived of them, whatever their headers say.
//          Of a compressed message what was inflated counts, and that stops at message_bytes_max.
class MessageReader {
 public:
  MessageReader() = default;
  MessageReader(MessageReader&&) noexcept = default;
  MessageReader& operator=(MessageReader&&) noexcept = default;

  // True between messages when nothing is held: this object may be thrown away and a fresh one
  // given the next byte. What the last event's payload points to is held until the next Next().
  [[nodiscard]] bool idle() const {
    return header_have_ == 0 && !in_frame_ && !in_message_ && delivered_ == Delivered::kNothing &&
           kept_.empty();
  }

  // Holds bytes that nobody may look at yet; TakeKept() gives them back, to be handed to Next().
  void Keep(std::span<const char> bytes) { kept_.assign(bytes.begin(), bytes.end()); }
  [[nodiscard]] std::vector<char> TakeKept() { return std::exchange(kept_, {}); }

  // Heap memory held for partial messages and control frames, in bytes.
  [[nodiscard]] size_t held_bytes() const {
    return message_.capacity() + control_.capacity() + kept_.capacity();
  }

  // What a read may do.
  struct Terms {
    uint64_t message_bytes_max = 0;
    InflaterPool* inflaters = nullptr;  // Null: permessage-deflate was not negotiated.
  };
  // Consumes from the front of `bytes`, unmasking in place, and returns the next event; nullopt
  // when all bytes are consumed. A message that lies in `bytes` whole, unfragmented and not
  // compressed is returned as a view into it, without a copy. Not to be called again after kClose
  // or kError. Errors: kProtocolError, kInvalidUtf8 (of a text or a close reason) and
  // kInvalidDeflate at the first byte that allows no other end; kMessageTooBig at a frame's header,
  // the sum of all fragments counted, and of a compressed message where what comes out exceeds it.
  //
  // A compressed message that spans calls borrows an inflater. While all are lent it waits as it
  // came, and is inflated when one is free, at the latest at its end: no session ends and none is
  // held up for another that never finishes its message, only its faults show later.
  [[nodiscard]] std::optional<ReadEvent> Next(std::span<char>& bytes, const Terms& terms);

 private:
  enum class Delivered : uint8_t { kNothing, kMessage, kControl };

  void ReleaseDelivered();
  std::optional<CloseReason> ReadHeader(std::span<char>& bytes, const Terms& terms);
  [[nodiscard]] std::optional<CloseReason> BeginFrame(const Terms& terms);
  std::optional<ReadEvent> TakeData(std::string_view chunk);
  std::optional<ReadEvent> TakeCompressed(std::string_view chunk, const Terms& terms);
  [[nodiscard]] std::optional<CloseReason> InflateHeld(Inflater& inflater, const Terms& terms);
  [[nodiscard]] std::optional<CloseReason> Inflate(Inflater& inflater, std::string_view chunk,
                                                   const Terms& terms);
  ReadEvent FinishMessage(std::string_view chunk);
  std::optional<ReadEvent> TakeControl(std::string_view chunk);
  static ReadEvent ParseClose(std::string_view payload);
  void Hold(std::string_view chunk, uint64_t most);

  // The message under way. `message_` is empty as long as one that came whole can be handed out
  // where it lies. Of a compressed one it has what came out, or while no inflater was free what
  // came in.
  std::vector<char> message_;
  uint64_t announced_bytes_ = 0;  // By the headers of its frames so far.
  InflaterPool::Loan inflater_;   // Null: it is not compressed, or waits.
  uint32_t frames_ = 0;
  PayloadKind message_kind_ = PayloadKind::kText;
  bool in_message_ = false;
  bool compressed_ = false;
  Utf8Checker utf8_;

  // The frame under way, and what has come of a control frame.
  bool in_frame_ = false;
  ClientFrame frame_;        // Its mask is turned to the next byte.
  uint64_t frame_left_ = 0;  // Payload bytes still to come.
  std::vector<char> control_;

  // The header under way.
  uint8_t header_have_ = 0;
  std::array<char, kClientFrameHeaderMax> header_;  // The first `header_have_` are set.

  std::vector<char> kept_;

  Delivered delivered_ = Delivered::kNothing;  // Whose memory the last event's payload points to.
};

}  // namespace wsgate
