// Whether numbered messages came once each and in an allowed order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace wsgate::loadgen {

// What one sender awaits before it sends on must arrive in that order; what is under way at once
// has no order. So each message says which of its predecessors were settled when it was sent:
// whichever of those comes after it is out of order.
//
// Flow:    Take() for each arrival; at the end received() against what was sent tells the loss.
// Owner:   one for each session and kind.
// Threads: one.
// Bounds:  48 bytes. Senders keep at most kWindow numbers between the lowest unanswered one and the
// newest: what is older than that and comes now counts as out of order, and not as received, since
// it cannot be told from a repetition.
class SequenceChecker {
 public:
  static constexpr uint32_t kWindow = 256;
  enum class Verdict { kNew, kOutOfOrder, kTwice, kTooOld };

  // `sequence` from 1.
  Verdict Take(uint32_t sequence, uint32_t settled);
  // Different numbers that came.
  uint32_t received() const { return received_; }

 private:
  // Moves the window so that `sequence` is its last.
  void MoveTo(uint32_t sequence);

  uint32_t base_ = 1;  // The window's first number.
  uint32_t settled_ = 0;
  uint32_t received_ = 0;
  std::array<uint32_t, kWindow / 32> seen_{};
};

// What checkers have found, added up.
struct Arrivals {
  uint64_t received = 0;  // Different messages.
  uint64_t twice = 0;
  uint64_t out_of_order = 0;

  void Count(SequenceChecker::Verdict verdict);
  Arrivals& operator+=(const Arrivals& other);
};

}  // namespace wsgate::loadgen
