// Base64 (RFC 4648 section 4): the standard alphabet, padded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

void AppendBase64(std::string_view bytes, std::string& out);

// nullopt where `text` is not what AppendBase64() makes of some bytes: no spaces, no other
// alphabet, all of the padding.
[[nodiscard]] std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace wsgate
