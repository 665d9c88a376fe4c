#include "clients/cli/paint.h"

#include <cstdlib>

namespace wsgate::cli {
namespace {

std::string_view CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kHead:
      return "\x1b[1m";
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kBad:
      return "\x1b[31m";
    case Tone::kFaint:
      return "\x1b[2m";
  }
  return "";
}

std::string_view Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string Paint::operator()(Tone tone, std::string_view text) const {
  if (!on_ || tone == Tone::kPlain || text.empty()) return std::string(text);
  std::string out(CodeOf(tone));
  out += text;
  out += "\x1b[0m";
  return out;
}

bool WantsColour(std::string_view mode, bool is_terminal) {
  if (mode != "auto") return mode == "always";
  return is_terminal && Variable("NO_COLOR").empty() && Variable("TERM") != "dumb";
}

}  // namespace wsgate::cli
