// Base64 in the alphabet of URLs, without padding (RFC 7515 appendix C).
#pragma once

#include <string>
#include <string_view>

namespace wsgate {

void AppendBase64Url(std::string_view bytes, std::string& out);

// Appends the bytes that `text` stands for. False where it is not what AppendBase64Url() makes of
// some bytes: padding, spaces, another alphabet, bits left over. What was appended then is of no
// use.
[[nodiscard]] bool DecodeBase64Url(std::string_view text, std::string& out);

}  // namespace wsgate
