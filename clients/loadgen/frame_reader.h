// Reads what a server sends: unmasked WebSocket frames (RFC 6455, section 5.2), cut anywhere by the
// network.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsgate::loadgen {

// Flow:    Swarm → FrameReader → Swarm's counters.
// Owner:   one per session.
// Threads: the swarm's.
// Bounds:  keeps a header and the first 125 bytes of a payload: a whole control payload, the head
// of a message. The rest of a message is skipped, unless the caller keeps it.
class FrameReader {
 public:
  enum class Result { kFrame, kNeedMore, kBroken };

  struct Frame {
    uint8_t opcode = 0;
    bool final = false;
    uint64_t payload_bytes = 0;
    std::string_view head;  // The payload's first 125 bytes; lives until the next call.
  };

  // Takes bytes from `at` up to the end of one frame, or all of them. kBroken: the server broke the
  // protocol. `kept`, where given, gets the payload of messages appended.
  [[nodiscard]] Result Next(const char*& at, const char* end, Frame& frame,
                            std::string* kept = nullptr);

 private:
  // Bytes that the header has, as far as its first two are known.
  [[nodiscard]] uint32_t HeaderBytes() const;
  [[nodiscard]] bool ParseHeader();

  uint64_t payload_bytes_ = 0;
  uint64_t payload_left_ = 0;
  uint8_t header_have_ = 0;
  uint8_t head_have_ = 0;
  bool in_payload_ = false;
  std::array<uint8_t, 10> header_{};
  std::array<char, 125> head_{};
};

}  // namespace wsgate::loadgen
