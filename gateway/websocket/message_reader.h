// What a client sends, from bytes to messages (RFC 6455 sections 5.2 to 5.5), with every rule of
// the RFC enforced.
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
#include "gateway/websocket/utf8.h"

namespace wsgate {

enum class ReadEventKind : uint8_t { kMessage, kPing, kPong, kClose, kError };

// One thing that a client said.
struct ReadEvent {
  ReadEventKind kind = ReadEventKind::kError;
  PayloadKind payload_kind = PayloadKind::kText;  // Of kMessage.
  std::string_view payload;  // Valid until the next call of Next(). Of kClose: the reason's text.
  uint16_t close_code = 0;   // Of kClose; 0 where the frame had none.
  // Of kError: kProtocolError, kInvalidUtf8 or kMessageTooBig.
  CloseReason error = CloseReason::kProtocolError;
  uint32_t frames = 0;  // Of kMessage: how many it came in.
};

// Flow:    socket → MessageReader → Session.
// Owner:   a Session while a message is incomplete; else a fresh one on the stack serves each read.
// Threads: its shard's only.
// Bounds:  holds one message of at most message_bytes_max and one control frame of at most 125 B,
//          in no more than twice the memory that has arrived of them, whatever their headers say.
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

  // Consumes from the front of `bytes`, unmasking in place, and returns the next event; nullopt
  // when all bytes are consumed. A message that lies in `bytes` whole and unfragmented is returned
  // as a view into it, without a copy. Not to be called again after kClose or kError. Errors:
  // kProtocolError and kInvalidUtf8 (of a text or a close reason) at the first byte that allows no
  // other end; kMessageTooBig at a frame's header, the sum of all fragments counted.
  [[nodiscard]] std::optional<ReadEvent> Next(std::span<char>& bytes, uint64_t message_bytes_max);

 private:
  enum class Delivered : uint8_t { kNothing, kMessage, kControl };

  void ReleaseDelivered();
  std::optional<CloseReason> ReadHeader(std::span<char>& bytes, uint64_t message_bytes_max);
  [[nodiscard]] std::optional<CloseReason> BeginFrame(uint64_t message_bytes_max);
  std::optional<ReadEvent> TakeData(std::string_view chunk);
  ReadEvent FinishMessage(std::string_view chunk);
  std::optional<ReadEvent> TakeControl(std::string_view chunk);
  static ReadEvent ParseClose(std::string_view payload);
  void Hold(std::string_view chunk);

  // The message under way. `message_` is empty as long as one that came whole can be handed out
  // where it lies.
  std::vector<char> message_;
  uint64_t message_bytes_ = 0;  // Announced by the headers of its frames so far.
  uint32_t frames_ = 0;
  PayloadKind message_kind_ = PayloadKind::kText;
  bool in_message_ = false;
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
