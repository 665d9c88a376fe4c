// Whether a text is one JSON document (RFC 8259).
#pragma once

#include <string>
#include <string_view>

namespace wsgate {

// Arrays and objects within each other; deeper ones would cost clients their stack.
inline constexpr size_t kJsonDepthMax = 128;

// Empty where it is; else what is wrong, as a sentence. Numbers of any size and precision are good:
// the document is sent as it is written. `text` must be UTF-8. Cost: one pass of simdjson; about
// four times the document's size while it runs.
[[nodiscard]] std::string CheckJson(std::string_view text);

}  // namespace wsgate
