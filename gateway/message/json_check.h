// Whether a text is one JSON document (RFC 8259).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wsgate {

// Arrays and objects within each other; deeper ones would cost clients their stack.
inline constexpr size_t kJsonDepthMax = 128;

// Empty where it is; else what is wrong, as a sentence. Numbers of any size and precision are good:
// the document is handed on as it is written. What is no UTF-8 is no JSON. Cost: one pass of
// simdjson; about four times the document's size while it runs.
[[nodiscard]] std::string CheckJson(std::string_view text, size_t depth_max = kJsonDepthMax);

}  // namespace wsgate
