#include "gateway/message/json_text.h"

#include <bit>
#include <cstring>

#include "gateway/base/base64.h"
#include "gateway/message/frame_header.h"

namespace wsgate {
namespace {

// Whether a byte may not stand in a JSON string as it is.
constexpr bool NeedsEscape(uint8_t byte) {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

// Marks of the eight bytes of `word` those that need an escape, by their top bits: the lowest mark
// is right, those above it may be wrong (a borrow runs upwards).
constexpr uint64_t EscapeMarks(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const uint64_t quote = word ^ kOnes * '"';
  const uint64_t backslash = word ^ kOnes * '\\';
  const uint64_t marks = ((word - kOnes * 0x20) & ~word) | ((quote - kOnes) & ~quote) |
                         ((backslash - kOnes) & ~backslash);
  return marks & kOnes * 0x80;
}

// The first byte from `at` on that needs an escape; the text's size where none does.
size_t NextEscape(std::string_view text, size_t at) {
  static_assert(std::endian::native == std::endian::little, "the lowest mark is the first byte");
  for (; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    if (const uint64_t marks = EscapeMarks(word)) {
      return at + static_cast<size_t>(std::countr_zero(marks)) / 8;
    }
  }
  while (at < text.size() && !NeedsEscape(static_cast<uint8_t>(text[at]))) ++at;
  return at;
}

void AppendEscape(char byte, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('\\');
  switch (byte) {
    case '"':
    case '\\':
      return out.push_back(byte);
    case '\b':
      return out.push_back('b');
    case '\f':
      return out.push_back('f');
    case '\n':
      return out.push_back('n');
    case '\r':
      return out.push_back('r');
    case '\t':
      return out.push_back('t');
    default:
      out += "u00";
      out.push_back(kHex[static_cast<uint8_t>(byte) >> 4]);
      out.push_back(kHex[static_cast<uint8_t>(byte) & 15]);
  }
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out.push_back('"');
  size_t done = 0;
  for (size_t at = NextEscape(text, 0); at < text.size(); at = NextEscape(text, done)) {
    out.append(text, done, at - done);
    AppendEscape(text[at], out);
    done = at + 1;
  }
  out.append(text, done);
  out.push_back('"');
}

size_t AppendJsonMessageFrame(const Message& message, std::string& out) {
  const std::string_view payload = message.payload();
  const size_t start = out.size();
  switch (message.kind) {
    case PayloadKind::kText:
      out += R"({"message":{"text":)";
      AppendJsonString(payload, out);
      break;
    case PayloadKind::kBinary:
      out += R"({"message":{"binary":")";
      AppendBase64(payload, out);
      out.push_back('"');
      break;
    case PayloadKind::kJson:
      out += R"({"message":{"json":)";
      out += payload;
      break;
  }
  out += "}}";
  const size_t payload_bytes = out.size() - start;
  InsertServerFrameHeader(Opcode::kText, start, out);
  return payload_bytes;
}

}  // namespace wsgate
