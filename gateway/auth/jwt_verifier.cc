#include "gateway/auth/jwt_verifier.h"

#include <algorithm>
#include <utility>

#include "gateway/base/base64.h"

namespace wsgate {
namespace {

struct Parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view signed_bytes;  // Header and claims as they came.
};

// Exactly three.
std::optional<Parts> SplitToken(std::string_view token) {
  const size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view signature = token.substr(second + 1);
  if (signature.find('.') != std::string_view::npos) return std::nullopt;
  return Parts{.header = token.substr(0, first),
               .claims = token.substr(first + 1, second - first - 1),
               .signature = signature,
               .signed_bytes = token.substr(0, second)};
}

}  // namespace

TokenResult JwtVerifier::Verify(std::string_view token, int64_t now_s) {
  if (token.size() > kTokenBytesMax) return TokenError::kMalformed;
  const std::optional<Parts> parts = SplitToken(token);
  if (!parts) return TokenError::kMalformed;
  Header header;
  if (const auto error = ReadHeader(parts->header, header)) return *error;
  if (const auto error = CheckSignature(header, parts->signed_bytes, parts->signature)) {
    return *error;
  }
  text_.clear();
  if (!DecodeBase64Url(parts->claims, text_)) return TokenError::kMalformed;
  const std::optional<simdjson::dom::object> claims = json_.ReadObject(text_);
  if (!claims) return TokenError::kMalformed;
  return ReadClaims(*claims, rules_, now_s);
}

std::optional<TokenError> JwtVerifier::ReadHeader(std::string_view encoded, Header& header) {
  text_.clear();
  if (!DecodeBase64Url(encoded, text_)) return TokenError::kMalformed;
  const std::optional<simdjson::dom::object> object = json_.ReadObject(text_);
  if (!object) return TokenError::kMalformed;
  if (HasDuplicateNames(*object)) return TokenError::kDuplicateClaim;
  // No extension is understood here, so every list of them is refused (RFC 7515 section 4.1.11).
  if (object->at_key("crit").error() == simdjson::SUCCESS) return TokenError::kCriticalHeader;
  const std::optional<std::string_view> name = StringIn(*object, "alg");
  if (!name) return TokenError::kMalformed;
  const std::optional<JwtAlgorithm> algorithm = JwtAlgorithmNamed(*name);
  if (!algorithm) return TokenError::kAlgorithm;
  header.algorithm = *algorithm;
  if (object->at_key("kid").error() == simdjson::SUCCESS) {
    const std::optional<std::string_view> kid = StringIn(*object, "kid");
    if (!kid) return TokenError::kMalformed;
    header.kid = *kid;
  }
  return std::nullopt;
}

std::optional<TokenError> JwtVerifier::CheckSignature(const Header& header, std::string_view input,
                                                      std::string_view encoded) {
  signature_.clear();
  if (!DecodeBase64Url(encoded, signature_)) return TokenError::kMalformed;
  const KeySet& set = keys_.Get();
  size_t tries = 0;
  bool kid_known = false;
  // First the keys that the token names. Those of PEM files and secrets have no `kid`: whatever it
  // says may mean them.
  for (const bool named : {true, false}) {
    if (named && header.kid.empty()) continue;
    for (const VerificationKey& key : set.keys) {
      const bool meant = named ? key.kid() == header.kid : header.kid.empty() || key.kid().empty();
      if (!meant) continue;
      kid_known = kid_known || named;
      if (!key.Allows(header.algorithm)) continue;
      if (tries++ == kTriesMax) break;
      if (key.Verify(header.algorithm, input, signature_, scratch_)) return std::nullopt;
    }
  }
  // The key's own algorithm is another: a public key's bytes as a secret end here, for example.
  if (kid_known) return tries != 0 ? TokenError::kBadSignature : TokenError::kAlgorithm;
  if (RowOf(header.algorithm).kind != KeyKind::kSecret) {  // An address never gives out secrets.
    keys_.TellUnknownKey();
    if (!set.complete) return TokenError::kKeysUnavailable;
  }
  return tries != 0 ? TokenError::kBadSignature : TokenError::kUnknownKey;
}

}  // namespace wsgate
