// Colour, where somebody sees it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wsgate::cli {

enum class Tone : uint8_t { kPlain, kHead, kGood, kBad, kFaint };

class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}

  [[nodiscard]] std::string operator()(Tone tone, std::string_view text) const;

 private:
  bool on_;
};

// `mode` is `auto`, `always` or `never`; `auto` is a terminal that knows colour, unless the
// variable NO_COLOR is there and not empty.
[[nodiscard]] bool WantsColour(std::string_view mode, bool is_terminal);

}  // namespace wsgate::cli
