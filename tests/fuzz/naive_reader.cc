#include "tests/fuzz/naive_reader.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "tests/fuzz/masked_frame.h"

namespace wsgate::testing {
namespace {

uint8_t Byte(std::string_view text, size_t at) {
  return static_cast<uint8_t>(text[at]);
}

// Reads frame after frame; each member function returns whether the stream goes on.
class Naive {
 public:
  Naive(std::string_view stream, uint64_t max, bool deflate)
      : stream_(stream), max_(max), deflate_(deflate) {}

  std::vector<SeenEvent> Run(size_t* odd_at) {
    while (ReadFrame()) {
    }
    if (odd_at != nullptr) *odd_at = std::min(odd_at_, events_.size());
    return std::move(events_);
  }

 private:
  bool Fail(CloseReason reason) {
    events_.push_back({.kind = ReadEventKind::kError, .error = reason});
    return false;
  }
  bool Bad() { return Fail(CloseReason::kProtocolError); }
  bool Has(size_t bytes) const { return stream_.size() - at_ >= bytes; }

  bool ReadFrame() {
    if (!Has(1)) return false;
    const uint8_t first = Byte(stream_, at_);
    const uint8_t opcode = first & 15;
    const bool fin = first >= 128;
    const bool starts = opcode == kText || opcode == kBinary;
    const bool compressed = (first / 16) % 8 == 4;
    if ((first / 16) % 8 != 0 && !(compressed && deflate_ && starts)) return Bad();
    const bool data = opcode == kContinuation || starts;
    if (!data && opcode != kClose && opcode != kPing && opcode != kPong) return Bad();
    if (!data && !fin) return Bad();
    if (!Has(2)) return false;
    const uint8_t second = Byte(stream_, at_ + 1);
    if (second < 128) return Bad();
    if (!data && second - 128 > 125) return Bad();
    const size_t extra = second == 128 + 126 ? 2 : second == 128 + 127 ? 8 : 0;
    if (!Has(2 + extra)) return false;
    unsigned __int128 length = extra == 0 ? second - 128 : 0;
    for (size_t i = 0; i < extra; ++i) length = length * 256 + Byte(stream_, at_ + 2 + i);
    if (extra == 2 && length < 126) return Bad();
    if (extra == 8 && (length < 65536 || length >= static_cast<unsigned __int128>(1) << 63)) {
      return Bad();
    }
    if (!Has(2 + extra + 4)) return false;
    const std::string_view mask = stream_.substr(at_ + 2 + extra, 4);
    at_ += 2 + extra + 4;
    if (opcode == kClose && length == 1) return Bad();
    if (data && !BeginData(opcode, compressed, length)) return false;

    const size_t here =
        length < stream_.size() - at_ ? static_cast<size_t>(length) : stream_.size() - at_;
    std::string payload;
    for (size_t i = 0; i < here; ++i) {
      payload.push_back(static_cast<char>(Byte(stream_, at_ + i) ^ Byte(mask, i % 4)));
    }
    at_ += here;
    const bool whole = here == length;
    return data ? EndData(payload, whole, fin) : whole && EndControl(opcode, payload);
  }

  bool BeginData(uint8_t opcode, bool compressed, unsigned __int128 length) {
    if ((opcode == kContinuation) != in_message_) return Bad();
    if (!in_message_) {
      in_message_ = true;
      kind_ = opcode == kText ? PayloadKind::kText : PayloadKind::kBinary;
      compressed_ = compressed;
      message_.clear();
      frames_ = 0;
      announced_ = 0;
    }
    announced_ += length;
    const unsigned __int128 more = compressed_ ? max_ / 8 + 1024 : 0;
    if (announced_ > max_ + more) return Fail(CloseReason::kMessageTooBig);
    ++frames_;
    return true;
  }

  bool EndData(const std::string& payload, bool whole, bool fin) {
    message_ += payload;
    if (compressed_) return EndCompressed(whole, fin);
    const TextState state =
        kind_ == PayloadKind::kText ? NaiveTextState(message_) : TextState::kWhole;
    if (state == TextState::kBad) return Fail(CloseReason::kInvalidUtf8);
    if (!whole) return false;
    if (!fin) return true;
    if (state == TextState::kOpen) return Fail(CloseReason::kInvalidUtf8);
    in_message_ = false;
    events_.push_back({.kind = ReadEventKind::kMessage,
                       .payload_kind = kind_,
                       .payload = message_,
                       .frames = frames_});
    return true;
  }

  bool EndCompressed(bool whole, bool fin) {
    const Inflated inflated = NaiveInflate(message_);
    const std::string fits = inflated.out.substr(0, std::min<uint64_t>(max_, inflated.out.size()));
    const TextState state = kind_ == PayloadKind::kText ? NaiveTextState(fits) : TextState::kWhole;
    if (state == TextState::kBad) return Fail(CloseReason::kInvalidUtf8);
    if (fits != inflated.out) return Fail(CloseReason::kMessageTooBig);
    if (inflated.bad) return Fail(CloseReason::kInvalidDeflate);
    if (!whole) return false;
    if (!fin) return true;
    if (!inflated.whole) return Fail(CloseReason::kInvalidDeflate);
    if (state == TextState::kOpen) return Fail(CloseReason::kInvalidUtf8);
    in_message_ = false;
    if (!inflated.cut) odd_at_ = std::min(odd_at_, events_.size());
    events_.push_back({.kind = ReadEventKind::kMessage,
                       .payload_kind = kind_,
                       .payload = inflated.out,
                       .frames = frames_,
                       .compressed_bytes = message_.size()});
    return true;
  }

  bool EndControl(uint8_t opcode, const std::string& payload) {
    if (opcode != kClose) {
      const bool ping = opcode == kPing;
      events_.push_back(
          {.kind = ping ? ReadEventKind::kPing : ReadEventKind::kPong, .payload = payload});
      return true;
    }
    if (payload.empty()) {
      events_.push_back({.kind = ReadEventKind::kClose});
      return false;
    }
    const uint32_t code = Byte(payload, 0) * 256u + Byte(payload, 1);
    const bool defined =
        code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    if (!defined && !(code >= 3000 && code <= 4999)) return Bad();
    const std::string reason = payload.substr(2);
    if (NaiveTextState(reason) != TextState::kWhole) return Fail(CloseReason::kInvalidUtf8);
    events_.push_back({.kind = ReadEventKind::kClose,
                       .payload = reason,
                       .close_code = static_cast<uint16_t>(code)});
    return false;
  }

  const std::string_view stream_;
  const uint64_t max_;
  const bool deflate_;
  size_t at_ = 0;
  bool in_message_ = false;
  bool compressed_ = false;
  PayloadKind kind_ = PayloadKind::kText;
  std::string message_;
  uint32_t frames_ = 0;
  unsigned __int128 announced_ = 0;
  std::vector<SeenEvent> events_;
  size_t odd_at_ = ~size_t{0};
};

// Whether any code point in [low, high] may be written in `length` bytes.
bool AnyAllowed(uint32_t low, uint32_t high, size_t length) {
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  constexpr uint32_t kMost[] = {0, 0x7f, 0x7ff, 0xffff, 0x10ffff};
  low = std::max(low, kLeast[length]);
  high = std::min(high, kMost[length]);
  const bool surrogates_only = low >= 0xd800 && high <= 0xdfff;
  return low <= high && !surrogates_only;
}

}  // namespace

TextState NaiveTextState(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const uint8_t lead = Byte(text, at);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    if (lead < 0xc0 || lead >= 0xf8) return TextState::kBad;
    const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t low = lead & (0x7f >> length);
    uint32_t high = low;
    size_t have = 1;
    for (; have < length && at + have < text.size(); ++have) {
      const uint8_t next = Byte(text, at + have);
      if (next / 64 != 2) return TextState::kBad;
      low = low * 64 + next % 64;
      high = high * 64 + next % 64;
    }
    // What is missing may be anything.
    for (size_t i = have; i < length; ++i) {
      low = low * 64;
      high = high * 64 + 63;
    }
    if (!AnyAllowed(low, high, length)) return TextState::kBad;
    if (have < length) return TextState::kOpen;
    at += length;
  }
  return TextState::kWhole;
}

std::vector<SeenEvent> NaiveRead(std::string_view stream, uint64_t message_bytes_max, bool deflate,
                                 size_t* odd_at) {
  return Naive(stream, message_bytes_max, deflate).Run(odd_at);
}

SeenEvent Seen(const ReadEvent& event) {
  return {.kind = event.kind,
          .payload_kind = event.payload_kind,
          .payload = std::string(event.payload),
          .close_code = event.close_code,
          .error = event.error,
          .frames = event.frames,
          .compressed_bytes = event.compressed_bytes};
}

std::ostream& operator<<(std::ostream& out, const SeenEvent& event) {
  constexpr std::string_view kKinds[] = {"message", "ping", "pong", "close", "error"};
  out << kKinds[static_cast<size_t>(event.kind)];
  out << (event.payload_kind == PayloadKind::kText ? " text" : " binary");
  out << " bytes=" << event.payload.size() << " code=" << event.close_code;
  if (event.kind == ReadEventKind::kError) out << ' ' << RowOf(event.error).label;
  out << " frames=" << event.frames << " \"";
  for (const char c : event.payload.substr(0, 40)) out << (c >= ' ' && c <= '~' ? c : '.');
  return out << '"';
}

}  // namespace wsgate::testing
