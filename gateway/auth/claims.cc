#include "gateway/auth/claims.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gateway/auth/json_object.h"
#include "gateway/auth/name_hash.h"
#include "gateway/base/ids.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr double kSecondsMax = 1e15;  // Thirty million years.

std::optional<element> Find(object claims, std::string_view name) {
  element found;
  if (name.empty() || claims[name].get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

// A NumericDate: seconds since 1970, maybe with a fraction, which is cut off. False: it is none.
bool TakeSeconds(object claims, std::string_view name, std::optional<int64_t>& seconds) {
  const std::optional<element> claim = Find(claims, name);
  if (!claim) return true;
  double value = 0;
  if (!claim->is_number() || claim->get(value) != simdjson::SUCCESS) return false;
  if (!(std::abs(value) <= kSecondsMax)) return false;
  seconds = static_cast<int64_t>(std::floor(value));
  return true;
}

// Texts as they are, numbers and booleans as JSON writes them.
std::optional<std::string> TextOf(element value) {
  switch (value.type()) {
    case element_type::STRING:
      return std::string(value.get_string().value_unsafe());
    case element_type::INT64:
      return std::to_string(value.get_int64().value_unsafe());
    case element_type::UINT64:
      return std::to_string(value.get_uint64().value_unsafe());
    case element_type::BOOL:
      return value.get_bool().value_unsafe() ? "true" : "false";
    case element_type::DOUBLE:
      return simdjson::to_string(value);
    default:
      return std::nullopt;
  }
}

bool IsWanted(element audience, const std::vector<std::string>& wanted) {
  std::string_view name;
  return audience.get(name) == simdjson::SUCCESS &&
         std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

// Who is not named in an `aud` that is there must refuse the token (RFC 7519 section 4.1.3).
bool IsForUs(object claims, const std::vector<std::string>& wanted) {
  const std::optional<element> claim = Find(claims, "aud");
  if (!claim) return wanted.empty();
  simdjson::dom::array list;
  if (claim->get(list) != simdjson::SUCCESS) return IsWanted(*claim, wanted);
  return std::any_of(list.begin(), list.end(),
                     [&](element audience) { return IsWanted(audience, wanted); });
}

// False: it is no name that a user or a tenant can have.
bool TakeName(object claims, std::string_view claim, std::string& name) {
  const std::optional<element> found = Find(claims, claim);
  if (!found || found->is_null()) return true;
  if (!found->is_string() && !found->is_int64() && !found->is_uint64()) return false;
  name = *TextOf(*found);
  return IsValidUserId(name);
}

std::optional<TokenError> TakeMetadata(object claims, const ClaimRules& rules,
                                       ConnectQuestion::Pairs& metadata) {
  const std::optional<element> claim = Find(claims, rules.metadata_claim);
  if (!claim || claim->is_null()) return std::nullopt;
  object entries;
  if (claim->get(entries) != simdjson::SUCCESS) return TokenError::kBadClaim;
  if (HasDuplicateNames(entries)) return TokenError::kDuplicateClaim;
  size_t bytes = 0;
  for (const auto entry : entries) {
    std::optional<std::string> value = TextOf(entry.value);
    if (entry.key.empty() || !value) return TokenError::kBadClaim;
    bytes += entry.key.size() + value->size();
    if (metadata.size() == kMetadataEntriesMax || bytes > kMetadataBytesMax) {
      return TokenError::kBadClaim;
    }
    metadata.emplace_back(entry.key, *std::move(value));
  }
  return std::nullopt;
}

std::optional<uint64_t>* PlaceOf(std::string_view name, SessionLimits& limits) {
  if (name == "message_bytes_max") return &limits.message_bytes_max;
  if (name == "messages_per_second") return &limits.messages_per_second;
  if (name == "messages_burst") return &limits.messages_burst;
  if (name == "bytes_per_second") return &limits.bytes_per_second;
  if (name == "bytes_burst") return &limits.bytes_burst;
  if (name == "queued_bytes_per_session_max") return &limits.queued_bytes_per_session_max;
  return nullptr;
}

std::optional<TokenError> TakeLimits(object claims, const ClaimRules& rules,
                                     SessionLimits& limits) {
  const std::optional<element> claim = Find(claims, rules.limits_claim);
  if (!claim || claim->is_null()) return std::nullopt;
  object entries;
  if (claim->get(entries) != simdjson::SUCCESS) return TokenError::kBadClaim;
  if (HasDuplicateNames(entries)) return TokenError::kDuplicateClaim;
  for (const auto entry : entries) {
    std::optional<uint64_t>* place = PlaceOf(entry.key, limits);
    uint64_t value = 0;
    if (place == nullptr || entry.value.get(value) != simdjson::SUCCESS) {
      return TokenError::kBadClaim;
    }
    *place = value;
  }
  const bool good = CheckLimits(Overlay(Limits{}, limits), kReservedDescriptors + 1).empty();
  return good ? std::nullopt : std::optional(TokenError::kBadClaim);
}

std::optional<TokenError> CheckTimes(object claims, const ClaimRules& rules, int64_t now_s,
                                     TokenMark& mark) {
  std::optional<int64_t> expires;
  std::optional<int64_t> not_before;
  std::optional<int64_t> issued;
  if (!TakeSeconds(claims, "exp", expires) || !TakeSeconds(claims, "nbf", not_before) ||
      !TakeSeconds(claims, "iat", issued)) {
    return TokenError::kBadClaim;
  }
  if (!expires && rules.exp_required) return TokenError::kNoExpiry;
  if (expires && now_s >= *expires + rules.leeway_s) return TokenError::kExpired;
  if (not_before && now_s < *not_before - rules.leeway_s) return TokenError::kNotYetValid;
  // Who came in time leaves in time; who came by the leeway has what is left of it.
  if (expires) mark.expires_at_s = now_s < *expires ? *expires : *expires + rules.leeway_s;
  if (issued) mark.issued_at_s = *issued;
  return std::nullopt;
}

}  // namespace

TokenResult ReadClaims(object claims, const ClaimRules& rules, int64_t now_s) {
  if (HasDuplicateNames(claims)) return TokenError::kDuplicateClaim;
  TokenIdentity identity;
  if (const auto error = CheckTimes(claims, rules, now_s, identity.mark)) return *error;
  if (!rules.issuer.empty() && StringIn(claims, "iss") != rules.issuer) {
    return TokenError::kWrongIssuer;
  }
  if (!IsForUs(claims, rules.audiences)) return TokenError::kWrongAudience;
  if (!TakeName(claims, rules.user_claim, identity.user_id) || identity.user_id.empty() ||
      !TakeName(claims, rules.tenant_claim, identity.tenant)) {
    return TokenError::kBadClaim;
  }
  if (const auto error = TakeMetadata(claims, rules, identity.metadata)) return *error;
  if (const auto error = TakeLimits(claims, rules, identity.limits)) return *error;
  if (const std::optional<element> id = Find(claims, "jti")) {
    std::string_view text;
    if (id->get(text) != simdjson::SUCCESS) return TokenError::kBadClaim;
    if (!text.empty()) identity.mark.id = HashName(text);
  }
  return identity;
}

}  // namespace wsgate
