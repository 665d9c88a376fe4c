// What a client offers in Sec-WebSocket-Extensions (RFC 6455 section 9.1), and what we make of its
// offers of permessage-deflate (RFC 7692 section 7.1).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

// One element of the header: `name; parameter; parameter=value`.
struct ExtensionOffer {
  struct Parameter {
    std::string name;
    std::optional<std::string> value;  // A token, its quotes and escapes removed.
  };
  std::string name;
  std::vector<Parameter> parameters;
};

// The offers in `header`, in their order. `header`: the values of all headers of this name, joined
// with commas. nullopt: not as section 9.1 has it, which must fail the handshake.
[[nodiscard]] std::optional<std::vector<ExtensionOffer>> ParseExtensions(std::string_view header);

// An offer that was taken.
struct DeflateAgreement {
  uint8_t server_bits = 15;  // 8 to 15: the client keeps 2^n bytes of a message to look back at.
  std::string answer;        // The value of Sec-WebSocket-Extensions in the 101.
};

// Takes the first acceptable offer of permessage-deflate; one with an unknown, a doubled or a bad
// parameter is declined, and the next is looked at. nullopt: none. The answer always forbids
// context takeover to both sides, so that one compressed buffer serves every session and no session
// keeps a window.
[[nodiscard]] std::optional<DeflateAgreement> ChooseDeflate(std::span<const ExtensionOffer> offers);

}  // namespace wsgate
