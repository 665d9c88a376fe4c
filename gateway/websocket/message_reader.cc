#include "gateway/websocket/message_reader.h"

#include <algorithm>
#include <limits>

namespace wsgate {
namespace {

ReadEvent ErrorEvent(CloseReason reason) {
  return {.kind = ReadEventKind::kError, .error = reason};
}

std::string_view View(const std::vector<char>& bytes) {
  return {bytes.data(), bytes.size()};
}

void Free(std::vector<char>& bytes) {
  std::vector<char>().swap(bytes);
}

}  // namespace

std::optional<ReadEvent> MessageReader::Next(std::span<char>& bytes, uint64_t message_bytes_max) {
  ReleaseDelivered();
  for (;;) {
    if (!in_frame_) {
      if (bytes.empty()) return std::nullopt;
      const std::optional<CloseReason> error = ReadHeader(bytes, message_bytes_max);
      if (error) return ErrorEvent(*error);
      if (!in_frame_) return std::nullopt;
    }
    const size_t take = static_cast<size_t>(std::min<uint64_t>(frame_left_, bytes.size()));
    const std::span<char> payload = bytes.first(take);
    bytes = bytes.subspan(take);
    Unmask(payload, frame_.mask);
    frame_left_ -= take;
    in_frame_ = frame_left_ != 0;
    const std::string_view chunk(payload.data(), payload.size());
    std::optional<ReadEvent> event = frame_.is_control() ? TakeControl(chunk) : TakeData(chunk);
    if (event) return event;
    if (in_frame_) return std::nullopt;
  }
}

void MessageReader::ReleaseDelivered() {
  if (delivered_ == Delivered::kMessage) Free(message_);
  if (delivered_ == Delivered::kControl) Free(control_);
  delivered_ = Delivered::kNothing;
}

// Takes a header, or as much of one as there is; with a whole one the frame is under way.
std::optional<CloseReason> MessageReader::ReadHeader(std::span<char>& bytes,
                                                     uint64_t message_bytes_max) {
  std::span<const char> head = bytes;
  if (header_have_ != 0) {
    const size_t more = std::min(kClientFrameHeaderMax - header_have_, bytes.size());
    std::copy_n(bytes.data(), more, header_.data() + header_have_);
    head = std::span(header_.data(), header_have_ + more);
  }
  switch (DecodeHeader(head, frame_)) {
    case HeaderState::kInvalid:
      return CloseReason::kProtocolError;
    case HeaderState::kIncomplete:
      if (header_have_ == 0) std::copy(head.begin(), head.end(), header_.data());
      header_have_ = static_cast<uint8_t>(head.size());
      bytes = {};
      return std::nullopt;
    case HeaderState::kComplete:
      break;
  }
  bytes = bytes.subspan(frame_.header_bytes - header_have_);
  header_have_ = 0;
  return BeginFrame(message_bytes_max);
}

// The rules that depend on what came before: fragmentation (section 5.4) and the message's size.
std::optional<CloseReason> MessageReader::BeginFrame(uint64_t message_bytes_max) {
  const uint64_t length = frame_.payload_bytes;
  in_frame_ = true;
  frame_left_ = length;
  if (frame_.is_control()) {
    // A code has two bytes: a Close of one byte cannot be made good by its payload.
    if (frame_.opcode == Opcode::kClose && length == 1) return CloseReason::kProtocolError;
    return std::nullopt;
  }
  const bool continues = frame_.opcode == Opcode::kContinuation;
  if (continues != in_message_) return CloseReason::kProtocolError;
  if (!continues) {
    in_message_ = true;
    message_kind_ = frame_.opcode == Opcode::kText ? PayloadKind::kText : PayloadKind::kBinary;
    message_bytes_ = 0;
    frames_ = 0;
    utf8_ = Utf8Checker();
  }
  if (length > message_bytes_max || message_bytes_ > message_bytes_max - length) {
    return CloseReason::kMessageTooBig;
  }
  message_bytes_ += length;
  if (frames_ != std::numeric_limits<uint32_t>::max()) ++frames_;
  return std::nullopt;
}

std::optional<ReadEvent> MessageReader::TakeData(std::string_view chunk) {
  if (message_kind_ == PayloadKind::kText && !utf8_.Push(chunk)) {
    return ErrorEvent(CloseReason::kInvalidUtf8);
  }
  if (!in_frame_ && frame_.fin) return FinishMessage(chunk);
  Hold(chunk);
  return std::nullopt;
}

ReadEvent MessageReader::FinishMessage(std::string_view chunk) {
  if (message_kind_ == PayloadKind::kText && !utf8_.complete()) {
    return ErrorEvent(CloseReason::kInvalidUtf8);
  }
  in_message_ = false;
  std::string_view payload = chunk;
  if (!message_.empty()) {
    Hold(chunk);
    payload = View(message_);
    delivered_ = Delivered::kMessage;
  }
  return {.kind = ReadEventKind::kMessage,
          .payload_kind = message_kind_,
          .payload = payload,
          .frames = frames_};
}

std::optional<ReadEvent> MessageReader::TakeControl(std::string_view chunk) {
  if (in_frame_ || !control_.empty()) control_.insert(control_.end(), chunk.begin(), chunk.end());
  if (in_frame_) return std::nullopt;
  std::string_view payload = chunk;
  if (!control_.empty()) {
    payload = View(control_);
    delivered_ = Delivered::kControl;
  }
  if (frame_.opcode == Opcode::kClose) return ParseClose(payload);
  const bool ping = frame_.opcode == Opcode::kPing;
  return ReadEvent{.kind = ping ? ReadEventKind::kPing : ReadEventKind::kPong, .payload = payload};
}

// Section 5.5.1: nothing, or a code and a reason in UTF-8.
ReadEvent MessageReader::ParseClose(std::string_view payload) {
  if (payload.empty()) return {.kind = ReadEventKind::kClose};
  const uint16_t code = static_cast<uint16_t>((static_cast<uint8_t>(payload[0]) << 8) |
                                              static_cast<uint8_t>(payload[1]));
  if (!IsWireCloseCode(code)) return ErrorEvent(CloseReason::kProtocolError);
  const std::string_view reason = payload.substr(2);
  Utf8Checker utf8;
  if (!utf8.Push(reason) || !utf8.complete()) return ErrorEvent(CloseReason::kInvalidUtf8);
  return {.kind = ReadEventKind::kClose, .payload = reason, .close_code = code};
}

// Grows twofold; in the last frame, whose end is known, never beyond the message's length.
void MessageReader::Hold(std::string_view chunk) {
  const size_t size = message_.size() + chunk.size();
  if (size > message_.capacity()) {
    const size_t doubled = std::max(size, 2 * message_.capacity());
    message_.reserve(frame_.fin ? std::min<uint64_t>(doubled, message_bytes_) : doubled);
  }
  message_.insert(message_.end(), chunk.begin(), chunk.end());
}

}  // namespace wsgate
