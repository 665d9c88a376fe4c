#include "clients/loadgen/run/sequence_checker.h"

#include <algorithm>

namespace wsgate::loadgen {

void SequenceChecker::MoveTo(uint32_t sequence) {
  const uint32_t base = sequence - kWindow + 1;
  const uint32_t shift = base - base_;
  base_ = base;
  if (shift >= kWindow) return seen_.fill(0);
  const uint32_t words = shift / 32;
  const uint32_t bits = shift % 32;
  for (uint32_t i = 0; i < seen_.size(); ++i) {
    const uint64_t low = i + words < seen_.size() ? seen_[i + words] : 0;
    const uint64_t high = i + words + 1 < seen_.size() ? seen_[i + words + 1] : 0;
    seen_[i] = static_cast<uint32_t>((high << 32 | low) >> bits);
  }
}

SequenceChecker::Verdict SequenceChecker::Take(uint32_t sequence, uint32_t settled) {
  if (sequence < base_) return Verdict::kTooOld;
  if (sequence - base_ >= kWindow) MoveTo(sequence);
  uint32_t& word = seen_[(sequence - base_) / 32];
  const uint32_t bit = 1u << (sequence - base_) % 32;
  if ((word & bit) != 0) return Verdict::kTwice;
  word |= bit;
  ++received_;
  const bool late = sequence <= settled_;
  settled_ = std::max(settled_, settled);
  return late ? Verdict::kOutOfOrder : Verdict::kNew;
}

void Arrivals::Count(SequenceChecker::Verdict verdict) {
  using Verdict = SequenceChecker::Verdict;
  if (verdict == Verdict::kNew || verdict == Verdict::kOutOfOrder) ++received;
  if (verdict == Verdict::kTwice) ++twice;
  if (verdict == Verdict::kOutOfOrder || verdict == Verdict::kTooOld) ++out_of_order;
}

Arrivals& Arrivals::operator+=(const Arrivals& other) {
  received += other.received;
  twice += other.twice;
  out_of_order += other.out_of_order;
  return *this;
}

}  // namespace wsgate::loadgen
