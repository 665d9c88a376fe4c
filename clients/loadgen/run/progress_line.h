// How a run goes, on stderr.
#pragma once

#include <string>

#include "gateway/base/clock.h"

namespace wsgate::loadgen {

// Flow:    Show() as often as one likes; a line now and then.
// Owner:   RunLoad().
// Threads: one.
// Bounds:  five times a second where the line is written over, once a second where it is not.
class ProgressLine {
 public:
  // `mode` is auto, always or never.
  explicit ProgressLine(const std::string& mode);
  // Whether Show() would write now: whoever composes the text may ask first.
  bool Wants(Time now) const;
  void Show(const std::string& text, Time now);
  // Takes the line away, so that what comes next stands alone.
  void Clear();

 private:
  bool terminal_;
  bool on_;
  bool dirty_ = false;
  Time shown_{};
};

// `19,000`.
std::string WithCommas(uint64_t number);

}  // namespace wsgate::loadgen
