// UTF-8 (RFC 3629) checked while it arrives.
#pragma once

#include <cstdint>
#include <string_view>

namespace wsgate {

// Flow:    MessageReader → Utf8Checker, chunk by chunk.
// Owner:   its MessageReader.   Threads: its shard's only.
// Bounds:  three bytes of state, whatever the text's length.
class Utf8Checker {
 public:
  // Whether the text so far, ended by `chunk`, can still become valid: false at the first byte that
  // cannot. After false the object must not be used again.
  [[nodiscard]] bool Push(std::string_view chunk);

  // Whether the text so far ends with a whole character.
  [[nodiscard]] bool complete() const { return needed_ == 0; }

 private:
  [[nodiscard]] bool Step(uint8_t byte);

  uint8_t needed_ =
      0;  // Bytes that the character under way still lacks; the next lies in [low_, high_].
  uint8_t low_ = 0x80;
  uint8_t high_ = 0xbf;
};

}  // namespace wsgate
