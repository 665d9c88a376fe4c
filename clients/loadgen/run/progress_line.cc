#include "clients/loadgen/run/progress_line.h"

#include <unistd.h>

#include <cstdio>

namespace wsgate::loadgen {

ProgressLine::ProgressLine(const std::string& mode)
    : terminal_(isatty(STDERR_FILENO) == 1),
      on_(mode == "always" || (mode == "auto" && terminal_)) {}

bool ProgressLine::Wants(Time now) const {
  const Duration every = std::chrono::milliseconds(terminal_ ? 200 : 1000);
  return on_ && now - shown_ >= every;
}

void ProgressLine::Show(const std::string& text, Time now) {
  if (!Wants(now)) return;
  shown_ = now;
  // To the line's beginning, the text, and nothing behind it.
  std::fprintf(stderr, terminal_ ? "\r%s\x1b[K" : "%s\n", text.c_str());
  std::fflush(stderr);
  dirty_ = terminal_;
}

void ProgressLine::Clear() {
  if (dirty_) std::fputs("\r\x1b[K", stderr);
  dirty_ = false;
}

std::string WithCommas(uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

}  // namespace wsgate::loadgen
