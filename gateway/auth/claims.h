// From a token's claims (RFC 7519 section 4) to who its bearer is.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gateway/config/session_limits.h"
#include "gateway/message/hook.h"
#include "gateway/message/token_error.h"
#include "gateway/message/token_mark.h"

namespace wsgate {

// What claims must say, and which of them say who it is.
struct ClaimRules {
  std::string issuer;                  // Empty: not checked.
  std::vector<std::string> audiences;  // `aud` must name one of them; empty: it must not be there.
  int64_t leeway_s = 5;                // Clocks may differ so much.
  bool exp_required = true;

  std::string user_claim = "sub";
  // Empty: not looked at.
  std::string tenant_claim;
  std::string metadata_claim;  // An object of texts, numbers and booleans.
  std::string limits_claim;    // An object of limits' names and whole numbers.
};

struct TokenIdentity {
  std::string user_id;
  std::string tenant;
  ConnectQuestion::Pairs metadata;
  SessionLimits limits;
  TokenMark mark;
};

using TokenResult = std::variant<TokenIdentity, TokenError>;

// `now_s`: seconds since 1970.
[[nodiscard]] TokenResult ReadClaims(simdjson::dom::object claims, const ClaimRules& rules,
                                     int64_t now_s);

}  // namespace wsgate
