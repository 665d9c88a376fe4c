// The head of a frame from server to client (RFC 6455 section 5.2): FIN set, no mask, shortest
// length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace wsgate {

enum class Opcode : uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

inline constexpr size_t kServerFrameHeaderMax = 10;

// Appends the 2, 4 or 10 bytes that stand before `payload_bytes` bytes of payload. `compressed`:
// the payload is a deflated message (RFC 7692 section 6: RSV1).
void AppendServerFrameHeader(Opcode opcode, uint64_t payload_bytes, std::string& out,
                             bool compressed = false);

// Puts the same in front of a payload that stands in `out` from `start` to the end: for those whose
// size is known only when they are written.
void InsertServerFrameHeader(Opcode opcode, size_t start, std::string& out);

}  // namespace wsgate
