// A message on its way to clients: immutable, shared, each wire encoding made once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"

namespace wsgate {

enum class PayloadKind : uint8_t {
  kText,
  kBinary,
  kJson,  // A JSON document, checked where it came in; a text frame for who speaks no envelope.
};

// Bytes ready for a socket: one frame, or the frames of several messages one after the other.
// Immutable and shared by every session that they go to.
struct WireBuffer {
  std::string bytes;
  uint32_t messages = 0;
  uint64_t payload_bytes = 0;  // Of all of them, as services and clients see it.
  uint64_t largest_bytes = 0;  // The longest frame payload among them, before compression.
  uint32_t deflated = 0;       // How many of them are compressed (RFC 7692), and their bytes then.
  uint64_t deflated_payload_bytes = 0;
  uint64_t deflated_wire_bytes = 0;
};
using WirePtr = std::shared_ptr<const WireBuffer>;

// Flow:    control → router → shards → outbound queues.
// Owner:   shared; whoever still has to send it.
// Threads: any; immutable.
// Bounds:  limits.send_bytes_max, checked where it is made.
struct Message {
  PayloadKind kind = PayloadKind::kText;
  Time accepted_at;  // When the call that brought it arrived: where its latency starts.
  WireBuffer wire;   // As wsgate.raw has it: one unmasked frame (RFC 6455 section 5.2).

  [[nodiscard]] std::string_view payload() const {
    return std::string_view(wire.bytes).substr(wire.bytes.size() - wire.payload_bytes);
  }
};
using MessagePtr = std::shared_ptr<const Message>;

// The message's own frame; it keeps the message.
[[nodiscard]] inline WirePtr RawWire(const MessagePtr& message) {
  return {message, &message->wire};
}

// Makes a message; the frame is encoded here, on the caller's thread, once for all shards.
[[nodiscard]] MessagePtr MakeMessage(PayloadKind kind, std::string_view payload, Time accepted_at);

}  // namespace wsgate
