// What a service wants no longer to be good.
#pragma once

#include <cstdint>
#include <string>

namespace wsgate {

// One token, or all of a user's that were issued before a moment. Seconds since 1970.
struct TokenRevocation {
  std::string token_id;  // `jti`; empty: it is about a user.
  std::string user_id;
  int64_t not_before_s = 0;  // Of a user: tokens with an `iat` below, and those without.
  int64_t keep_until_s = 0;  // When the last of these tokens has expired.
};

}  // namespace wsgate
