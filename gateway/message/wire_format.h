// How a session wants what is sent to it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wsgate {

// What stands around a payload; the subprotocol decides it.
enum class Encoding : uint8_t {
  kRaw,   // Nothing: the frame's payload is the message.
  kJson,  // The objects of wsgate.v1.json.
};

// Sessions of one format share every byte that is sent to them.
struct WireFormat {
  Encoding encoding = Encoding::kRaw;
  bool deflated = false;  // Compressed (RFC 7692) where that pays.

  [[nodiscard]] constexpr size_t index() const {
    return 2 * static_cast<size_t>(encoding) + (deflated ? 1 : 0);
  }
  [[nodiscard]] constexpr bool is_raw() const { return index() == 0; }
  friend bool operator==(const WireFormat&, const WireFormat&) = default;
};
inline constexpr size_t kWireFormats = 4;

}  // namespace wsgate
