// A set of slots of one shard, one bit each: an audience, or what is left of it.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "gateway/session/session.h"

namespace wsgate {

class SlotSet {
 public:
  void Insert(uint32_t index) {
    const size_t word = index / 64;
    if (word >= words_.size()) words_.resize(word + 1);
    count_ += !Has(index);
    words_[word] |= uint64_t{1} << (index % 64);
  }
  // Whether it was in the set.
  bool Remove(uint32_t index) {
    if (!Has(index)) return false;
    words_[index / 64] &= ~(uint64_t{1} << (index % 64));
    --count_;
    return true;
  }
  [[nodiscard]] bool Has(uint32_t index) const {
    const size_t word = index / 64;
    return word < words_.size() && (words_[word] >> (index % 64) & 1) != 0;
  }
  // The lowest member that is not below `from`; kNoSlot: none.
  [[nodiscard]] uint32_t Next(uint32_t from) const {
    size_t word = from / 64;
    if (word >= words_.size()) return kNoSlot;
    uint64_t bits = words_[word] & (~uint64_t{0} << (from % 64));
    while (bits == 0) {
      if (++word == words_.size()) return kNoSlot;
      bits = words_[word];
    }
    return static_cast<uint32_t>(word * 64 + static_cast<size_t>(std::countr_zero(bits)));
  }
  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  // Equal members, whatever the capacity.
  friend bool operator==(const SlotSet& a, const SlotSet& b) {
    if (a.count_ != b.count_) return false;
    const size_t common = a.words_.size() < b.words_.size() ? a.words_.size() : b.words_.size();
    for (size_t i = 0; i < common; ++i) {
      if (a.words_[i] != b.words_[i]) return false;
    }
    return true;  // Equal counts: beyond the shorter one there is nothing.
  }

 private:
  std::vector<uint64_t> words_;
  uint32_t count_ = 0;
};

}  // namespace wsgate
