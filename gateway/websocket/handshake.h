// The key exchange of the opening handshake (RFC 6455 section 4.2).
#pragma once

#include <string>
#include <string_view>

namespace wsgate {

// The Sec-WebSocket-Accept value for a Sec-WebSocket-Key: base64 of SHA-1 of the key and the RFC's
// GUID (section 4.2.2). Threads: any.
[[nodiscard]] std::string AcceptKey(std::string_view sec_websocket_key);

// Whether `key` is 24 characters of base64 that decode to 16 bytes (section 4.2.1). Spare bits may
// be anything.
[[nodiscard]] bool IsValidKey(std::string_view key);

}  // namespace wsgate
