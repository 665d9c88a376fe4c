// Tokens that are no longer good although they have not expired.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "gateway/base/mutex.h"
#include "gateway/message/token_mark.h"

namespace wsgate {

// One token by its `jti`, or all tokens of a user that were issued before a moment.
struct Revocation {
  NameHash token_id{};       // Zero: none.
  std::string_view user_id;  // Empty: none.
  int64_t not_before_s = 0;  // Of the user's tokens: those with `iat` below are revoked, and those
                             // without.
  int64_t keep_until_s = 0;  // When the last of these tokens has expired.
};

// Flow:    Revoke RPC → Router → Revocations; front doors and refreshes ask.
// Owner:   App.
// Threads: any; asking takes no lock while nothing is revoked.
// Bounds:  kEntriesMax entries of 40 bytes; what is over is forgotten, beyond that Add() fails.
class Revocations {
 public:
  static constexpr size_t kEntriesMax = 65'536;

  // False: the table is full of revocations that still stand; nothing was changed.
  [[nodiscard]] bool Add(const Revocation& revocation, int64_t now_s);
  [[nodiscard]] bool IsRevoked(std::string_view user_id, const TokenMark& mark, int64_t now_s);
  [[nodiscard]] size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    int64_t not_before_s = 0;
    int64_t keep_until_s = 0;
  };
  using Map = absl::flat_hash_map<NameHash, Entry>;

  [[nodiscard]] bool HasRoom(int64_t now_s) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  Map tokens_ ABSL_GUARDED_BY(mutex_);
  Map users_ ABSL_GUARDED_BY(mutex_);
  std::atomic<size_t> size_{0};
};

// Whether `revocation` means the token that `mark` is of.
[[nodiscard]] bool Means(const Revocation& revocation, std::string_view user_id,
                         const TokenMark& mark);

}  // namespace wsgate
