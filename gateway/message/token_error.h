// Why a token is not taken: for the log and the metric. Its bearer is told nothing of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wsgate {

enum class TokenError : uint8_t {
  kMalformed,        // Not three parts of base64url, or not JSON objects in them.
  kDuplicateClaim,   // A name stands twice in an object that is looked at.
  kCriticalHeader,   // `crit`: an extension that must be understood.
  kAlgorithm,        // `none`, or an algorithm that is not known.
  kUnknownKey,       // No key has its `kid`, or fits its algorithm.
  kKeysUnavailable,  // The same, while the keys of auth.jwt.jwks_url were never there.
  kBadSignature,     // The key says no.
  kNoExpiry,         // No `exp`, and auth.jwt.exp_required.
  kExpired,
  kNotYetValid,    // `nbf` lies ahead.
  kWrongIssuer,    // `iss` is not auth.jwt.issuer.
  kWrongAudience,  // `aud` names none of auth.jwt.audience.
  kBadClaim,       // A claim has another type or value than the gateway can use.
  kRevoked,        // The Revoke RPC named it.
};

inline constexpr std::array<std::string_view, 14> kTokenErrors = {
    "malformed",        "duplicate_claim", "critical_header", "algorithm", "unknown_key",
    "keys_unavailable", "bad_signature",   "no_expiry",       "expired",   "not_yet_valid",
    "wrong_issuer",     "wrong_audience",  "bad_claim",       "revoked"};

constexpr std::string_view LabelOf(TokenError error) {
  return kTokenErrors[static_cast<size_t>(error)];
}

}  // namespace wsgate
