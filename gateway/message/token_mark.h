// What is remembered of the token behind a session.
#pragma once

#include <array>
#include <cstdint>

#include "gateway/base/clock.h"

namespace wsgate {

// A name as 128 bits of its SHA-256: of fixed size, and nobody can find two names with one hash.
using NameHash = std::array<uint8_t, 16>;

struct TokenMark {
  static constexpr int64_t kNever = INT64_MAX;
  static constexpr int64_t kUnknown = INT64_MIN;

  Time deadline = Time::max();     // expires_at_s by the steady clock; the session engine's own.
  int64_t expires_at_s = kNever;   // Seconds since 1970; the session ends then.
  int64_t issued_at_s = kUnknown;  // Of `iat`; kUnknown is older than everything.
  NameHash id{};                   // Of `jti`; all zero: it has none.
  [[nodiscard]] bool has_id() const { return id != NameHash{}; }
  friend bool operator==(const TokenMark&, const TokenMark&) = default;
};

}  // namespace wsgate
