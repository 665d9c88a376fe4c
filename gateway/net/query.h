// The query of a request's target: application/x-www-form-urlencoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wsgate {

// A name or a value with its escapes resolved; nullopt where one is broken or the result not UTF-8.
[[nodiscard]] std::optional<std::string> DecodeQueryText(std::string_view text);

// Takes the first `name=value` off `query`, still escaped.
[[nodiscard]] std::pair<std::string_view, std::string_view> TakeQueryField(std::string_view& query);

}  // namespace wsgate
