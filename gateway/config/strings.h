// Joining, cutting and reading text as std::string_view. Abseil's own string functions take
// absl::string_view, which in a C++14 build of Abseil is another type that std::string_view does
// not turn into.
#pragma once

#include <charconv>
#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"

namespace wsgate {

// Anything that Cat() joins: text, or a whole number in decimal.
class Piece {
 public:
  Piece(std::string_view text) : text_(text) {}    // NOLINT(google-explicit-constructor)
  Piece(const std::string& text) : text_(text) {}  // NOLINT(google-explicit-constructor)
  Piece(const char* text) : text_(text) {}         // NOLINT(google-explicit-constructor)
  template <std::integral Number>
  // NOLINTNEXTLINE(google-explicit-constructor)
  requires(!std::is_same_v<Number, bool> && !std::is_same_v<Number, char>) Piece(Number number)
      : owned_(std::to_string(number)), text_(owned_) {}
  Piece(const Piece&) = delete;
  Piece& operator=(const Piece&) = delete;

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string owned_;
  std::string_view text_;
};

void AppendPieces(std::string& out, std::initializer_list<const Piece*> pieces);

// Appends all parts, one behind the other.
template <typename... Parts>
void Append(std::string& out, const Parts&... parts) {
  [&out](const auto&... pieces) { AppendPieces(out, {&pieces...}); }(Piece(parts)...);
}

// All parts as one text.
template <typename... Parts>
[[nodiscard]] std::string Cat(const Parts&... parts) {
  std::string out;
  Append(out, parts...);
  return out;
}

// InvalidArgument with all parts as its message.
template <typename... Parts>
[[nodiscard]] absl::Status Invalid(const Parts&... parts) {
  return absl::InvalidArgumentError(Cat(parts...));
}

[[nodiscard]] std::string MessageOf(const absl::Status& status);

// Without blanks at either end.
[[nodiscard]] std::string_view Strip(std::string_view text);

// What stands between the separators; N separators make N + 1 parts.
[[nodiscard]] std::vector<std::string> Split(std::string_view text, char separator);

// One line for each.
[[nodiscard]] std::string JoinLines(const std::vector<std::string>& lines);

// All of `text` as a whole number; nullopt where it is anything else or does not fit.
template <std::integral Number>
[[nodiscard]] std::optional<Number> ReadNumber(std::string_view text) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || text.empty()) return std::nullopt;
  return number;
}

}  // namespace wsgate
