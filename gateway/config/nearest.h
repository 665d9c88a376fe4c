// "Did you mean …?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wsgate {

// How many letters must be inserted, removed or replaced to turn one into the other (Levenshtein).
[[nodiscard]] size_t EditDistance(std::string_view a, std::string_view b);

// The candidate with the smallest distance, the first of several; empty only where there is none.
[[nodiscard]] std::string Nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace wsgate
