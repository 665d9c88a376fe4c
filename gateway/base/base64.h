// Base64 (RFC 4648): bytes as text, in two alphabets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

// Section 4: the standard alphabet, padded.
void AppendBase64(std::string_view bytes, std::string& out);

// nullopt where `text` is not what AppendBase64() makes of some bytes: no spaces, no other
// alphabet, all of the padding.
[[nodiscard]] std::optional<std::string> DecodeBase64(std::string_view text);

// Section 5, as tokens have it (RFC 7515 appendix C): the alphabet of URLs, without padding.
void AppendBase64Url(std::string_view bytes, std::string& out);

// Appends the bytes that `text` stands for. False where it is not what AppendBase64Url() makes of
// some bytes: padding, spaces, another alphabet, bits left over. What was appended then is of no
// use.
[[nodiscard]] bool DecodeBase64Url(std::string_view text, std::string& out);

}  // namespace wsgate
