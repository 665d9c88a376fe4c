// The head of a frame from client to server (RFC 6455 section 5.2) and the mask on its payload
// (5.3).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "gateway/message/frame_header.h"

namespace wsgate {

inline constexpr size_t kClientFrameHeaderMax = 14;
inline constexpr uint64_t kControlPayloadMax = 125;

using Mask = std::array<char, 4>;

struct ClientFrame {
  Opcode opcode = Opcode::kContinuation;
  bool fin = false;
  bool compressed = false;  // RSV1: the first frame of a compressed message (RFC 7692).
  uint8_t header_bytes = 0;
  Mask mask{};
  uint64_t payload_bytes = 0;

  [[nodiscard]] bool is_control() const { return (static_cast<uint8_t>(opcode) & 0x8) != 0; }
};

enum class HeaderState : uint8_t { kComplete, kIncomplete, kInvalid };

// Decodes the header that `bytes` begin with. kInvalid as soon as the bytes allow no valid header:
// reserved bits or opcode, no mask, a control frame that is fragmented or above 125 bytes, a length
// not in its shortest form or above 2^63 - 1. `deflate`: permessage-deflate was negotiated, so RSV1
// may stand on a text or binary frame. `frame` is set only with kComplete.
[[nodiscard]] HeaderState DecodeHeader(std::span<const char> bytes, bool deflate,
                                       ClientFrame& frame);

// Unmasks `payload` in place and turns `mask` to the byte that follows.
void Unmask(std::span<char> payload, Mask& mask);

}  // namespace wsgate
