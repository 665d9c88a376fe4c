#include "gateway/websocket/utf8.h"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>

namespace wsgate {
namespace {

// How many bytes a character has that begins with `lead`; 1 for what begins none.
size_t LengthFromLead(uint8_t lead) {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  if (lead >= 0xc0) return 2;
  return 1;
}

// Bytes at the end of `text` that begin a character and do not end it.
size_t OpenTail(std::string_view text) {
  const size_t most = std::min<size_t>(3, text.size());
  for (size_t back = 1; back <= most; ++back) {
    const uint8_t byte = static_cast<uint8_t>(text[text.size() - back]);
    if ((byte & 0xc0) == 0x80) continue;
    return LengthFromLead(byte) > back ? back : 0;
  }
  return 0;
}

}  // namespace

bool Utf8Checker::Push(std::string_view chunk) {
  while (needed_ != 0 && !chunk.empty()) {
    if (!Step(static_cast<uint8_t>(chunk.front()))) return false;
    chunk.remove_prefix(1);
  }
  if (chunk.empty()) return true;
  const size_t tail = OpenTail(chunk);
  const size_t whole = chunk.size() - tail;
  if (whole != 0 && !simdjson::validate_utf8(chunk.data(), whole)) return false;
  for (const char byte : chunk.substr(whole)) {
    if (!Step(static_cast<uint8_t>(byte))) return false;
  }
  return true;
}

// RFC 3629 section 4: the second byte's range depends on the first, which keeps out overlong forms,
// surrogates and what lies above U+10FFFF.
bool Utf8Checker::Step(uint8_t byte) {
  if (needed_ != 0) {
    if (byte < low_ || byte > high_) return false;
    low_ = 0x80;
    high_ = 0xbf;
    --needed_;
    return true;
  }
  if (byte < 0x80) return true;
  if (byte < 0xc2 || byte > 0xf4) return false;
  needed_ = static_cast<uint8_t>(LengthFromLead(byte) - 1);
  if (byte == 0xe0) low_ = 0xa0;
  if (byte == 0xed) high_ = 0x9f;
  if (byte == 0xf0) low_ = 0x90;
  if (byte == 0xf4) high_ = 0x8f;
  return true;
}

}  // namespace wsgate
