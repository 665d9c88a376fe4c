#include "gateway/websocket/message_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace wsgate {
namespace {

constexpr size_t kInflatedPiece = 16 * 1024;  // At a time: a bound is checked after each.

ReadEvent ErrorEvent(CloseReason reason) {
  return {.kind = ReadEventKind::kError, .error = reason};
}

std::string_view View(const std::vector<char>& bytes) {
  return {bytes.data(), bytes.size()};
}

// What the frames of a message may announce together. Deflate makes data longer by 5 bytes a block,
// and a block of zlib's smallest memory level is 128 bytes; a longer one hides empty blocks.
uint64_t AnnouncedMax(bool compressed, uint64_t message_bytes_max) {
  if (!compressed) return message_bytes_max;
  const uint64_t more = message_bytes_max / 8 + 1024;
  return message_bytes_max > ~uint64_t{0} - more ? ~uint64_t{0} : message_bytes_max + more;
}

void Free(std::vector<char>& bytes) {
  std::vector<char>().swap(bytes);
}

}  // namespace

std::optional<ReadEvent> MessageReader::Next(std::span<char>& bytes, const Terms& terms) {
  ReleaseDelivered();
  if (bytes.empty()) return std::nullopt;
  for (;;) {
    if (!in_frame_) {
      if (bytes.empty()) return std::nullopt;
      const std::optional<CloseReason> error = ReadHeader(bytes, terms);
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
    std::optional<ReadEvent> event = frame_.is_control() ? TakeControl(chunk)
                                     : compressed_       ? TakeCompressed(chunk, terms)
                                                         : TakeData(chunk);
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
std::optional<CloseReason> MessageReader::ReadHeader(std::span<char>& bytes, const Terms& terms) {
  std::span<const char> head = bytes;
  if (header_have_ != 0) {
    const size_t more = std::min(kClientFrameHeaderMax - header_have_, bytes.size());
    std::copy_n(bytes.data(), more, header_.data() + header_have_);
    head = std::span(header_.data(), header_have_ + more);
  }
  switch (DecodeHeader(head, terms.inflaters != nullptr, frame_)) {
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
  return BeginFrame(terms);
}

// The rules that depend on what came before: fragmentation (section 5.4) and the message's size.
std::optional<CloseReason> MessageReader::BeginFrame(const Terms& terms) {
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
    compressed_ = frame_.compressed;
    announced_bytes_ = 0;
    frames_ = 0;
    utf8_ = Utf8Checker();
  }
  const uint64_t most = AnnouncedMax(compressed_, terms.message_bytes_max);
  if (length > most || announced_bytes_ > most - length) return CloseReason::kMessageTooBig;
  announced_bytes_ += length;
  if (frames_ != std::numeric_limits<uint32_t>::max()) ++frames_;
  return std::nullopt;
}

std::optional<ReadEvent> MessageReader::TakeData(std::string_view chunk) {
  if (message_kind_ == PayloadKind::kText && !utf8_.Push(chunk)) {
    return ErrorEvent(CloseReason::kInvalidUtf8);
  }
  if (!in_frame_ && frame_.fin) return FinishMessage(chunk);
  Hold(chunk, frame_.fin ? announced_bytes_ : ~uint64_t{0});
  return std::nullopt;
}

std::optional<ReadEvent> MessageReader::TakeCompressed(std::string_view chunk, const Terms& terms) {
  const bool last = !in_frame_ && frame_.fin;
  Inflater* inflater = inflater_.get();
  if (inflater == nullptr) {
    if (!last) inflater_ = terms.inflaters->TryBorrow();
    inflater = last ? &terms.inflaters->own() : inflater_.get();
    if (inflater == nullptr) {
      Hold(chunk, AnnouncedMax(true, terms.message_bytes_max));
      return std::nullopt;
    }
    if (const auto error = InflateHeld(*inflater, terms)) return ErrorEvent(*error);
  }
  if (const auto error = Inflate(*inflater, chunk, terms)) return ErrorEvent(*error);
  if (!last) return std::nullopt;
  const bool whole = inflater->End();
  inflater_.reset();
  if (!whole) return ErrorEvent(CloseReason::kInvalidDeflate);
  return FinishMessage({});
}

// Begins to inflate with what has waited; of a message that did not wait that is nothing.
std::optional<CloseReason> MessageReader::InflateHeld(Inflater& inflater, const Terms& terms) {
  inflater.Begin();
  const std::vector<char> waited = std::exchange(message_, {});
  return Inflate(inflater, View(waited), terms);
}

std::optional<CloseReason> MessageReader::Inflate(Inflater& inflater, std::string_view chunk,
                                                  const Terms& terms) {
  std::array<char, kInflatedPiece> room;
  inflater.Give(chunk);
  for (;;) {
    const std::optional<std::string_view> piece = inflater.Take(room);
    if (!piece) return CloseReason::kInvalidDeflate;
    if (piece->empty()) return std::nullopt;
    // The text as far as it may go first: which fault is named must not hang on where reads end.
    const uint64_t most = terms.message_bytes_max;
    const uint64_t room_left = most - std::min<uint64_t>(message_.size(), most);
    const std::string_view fits =
        piece->substr(0, static_cast<size_t>(std::min<uint64_t>(room_left, piece->size())));
    if (message_kind_ == PayloadKind::kText && !utf8_.Push(fits)) return CloseReason::kInvalidUtf8;
    if (fits.size() < piece->size()) return CloseReason::kMessageTooBig;
    Hold(fits, most);
  }
}

ReadEvent MessageReader::FinishMessage(std::string_view chunk) {
  if (message_kind_ == PayloadKind::kText && !utf8_.complete()) {
    return ErrorEvent(CloseReason::kInvalidUtf8);
  }
  in_message_ = false;
  std::string_view payload = chunk;
  if (!message_.empty()) {
    Hold(chunk, announced_bytes_);
    payload = View(message_);
    delivered_ = Delivered::kMessage;
  }
  return {.kind = ReadEventKind::kMessage,
          .payload_kind = message_kind_,
          .payload = payload,
          .frames = frames_,
          .compressed_bytes = compressed_ ? announced_bytes_ : 0};
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

// Grows twofold, but not beyond `most`: the message's length where its end is known, or its bound.
void MessageReader::Hold(std::string_view chunk, uint64_t most) {
  const size_t size = message_.size() + chunk.size();
  if (size > message_.capacity()) {
    const size_t doubled = std::max(size, 2 * message_.capacity());
    message_.reserve(std::min<uint64_t>(doubled, most));
  }
  message_.insert(message_.end(), chunk.begin(), chunk.end());
}

}  // namespace wsgate
