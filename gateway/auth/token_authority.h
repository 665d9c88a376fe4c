// Everything that decides about tokens, of one process.
#pragma once

#include <chrono>
#include <cstdint>

#include "gateway/auth/claims.h"
#include "gateway/auth/key_store.h"
#include "gateway/auth/revocations.h"

namespace wsgate {

// Flow:    App → TokenAuthority → the JwtVerifiers of every shard.
// Owner:   App; outlives the shards.
// Threads: any; the rules never change.
struct TokenAuthority {
  ClaimRules rules;
  KeyStore keys;
  Revocations revocations;
};

// Seconds since 1970, as claims count them.
[[nodiscard]] inline int64_t WallSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace wsgate
