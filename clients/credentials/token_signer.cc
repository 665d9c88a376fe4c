#include "clients/credentials/token_signer.h"

#include <optional>
#include <utility>

#include "gateway/auth/token_authority.h"
#include "gateway/config/strings.h"

namespace wsgate::client {
namespace {

using Json = nlohmann::ordered_json;

absl::StatusOr<SigningKey> ReadSigningKey(const TokenFlags& flags) {
  const bool secret = !flags.secret_file.empty();
  if (secret == !flags.private_key_file.empty()) {
    return Invalid("signed with what? Give --secret-file FILE or --private-key-file FILE");
  }
  return secret ? ReadSigningSecret(flags.secret_file) : ReadSigningPem(flags.private_key_file);
}

absl::StatusOr<JwtAlgorithm> AlgorithmFor(const TokenFlags& flags, const SigningKey& key) {
  if (flags.algorithm.empty()) return key.usual_algorithm();
  const std::optional<JwtAlgorithm> algorithm = JwtAlgorithmNamed(flags.algorithm);
  if (algorithm) return *algorithm;
  std::string known;
  for (const JwtAlgorithmRow& row : kJwtAlgorithms)
    Append(known, known.empty() ? "" : ", ", row.name);
  return Invalid("--algorithm is \"", flags.algorithm, "\", but must be one of ", known);
}

// NAME=VALUE cut at the first `=`.
absl::StatusOr<std::pair<std::string, std::string>> Cut(std::string_view flag,
                                                        const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Invalid(flag, " is \"", text, "\", but must be NAME=VALUE");
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

// Those of every token.
absl::StatusOr<Json> ClaimsOf(const TokenFlags& flags) {
  Json claims = Json::object();
  if (!flags.issuer.empty()) claims["iss"] = flags.issuer;
  if (flags.audiences.size() == 1) claims["aud"] = flags.audiences[0];
  if (flags.audiences.size() > 1) claims["aud"] = flags.audiences;
  if (!flags.token_id.empty()) claims["jti"] = flags.token_id;
  if (!flags.tenant.empty()) claims["tenant"] = flags.tenant;
  for (const std::string& entry : flags.metadata) {
    const auto pair = Cut("--meta", entry);
    if (!pair.ok()) return pair.status();
    claims["metadata"][pair->first] = pair->second;
  }
  for (const std::string& entry : flags.claims) {
    const auto pair = Cut("--claim", entry);
    if (!pair.ok()) return pair.status();
    Json value = Json::parse(pair->second, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) {
      return Invalid("--claim ", pair->first, " has no JSON behind the `=`; a text is in quotes");
    }
    claims[pair->first] = std::move(value);
  }
  return claims;
}

}  // namespace

absl::StatusOr<TokenSigner> TokenSigner::Make(const TokenFlags& flags) {
  absl::StatusOr<SigningKey> key = ReadSigningKey(flags);
  if (!key.ok()) return key.status();
  const absl::StatusOr<JwtAlgorithm> algorithm = AlgorithmFor(flags, *key);
  if (!algorithm.ok()) return algorithm.status();
  absl::StatusOr<Json> claims = ClaimsOf(flags);
  if (!claims.ok()) return claims.status();
  Json header = {{"alg", RowOf(*algorithm).name}, {"typ", "JWT"}};
  if (!flags.key_id.empty()) header["kid"] = flags.key_id;
  return TokenSigner(*std::move(key), *algorithm, std::move(header), *std::move(claims));
}

absl::StatusOr<SignedToken> TokenSigner::Sign(const std::string& user, Duration life) const {
  const int64_t now_s = WallSeconds();
  SignedToken made;
  made.header = header_;
  made.claims = {{"sub", user},
                 {"iat", now_s},
                 {"exp", now_s + std::chrono::duration_cast<std::chrono::seconds>(life).count()}};
  for (const auto& [name, value] : claims_.items()) made.claims[name] = value;
  constexpr auto kReplace = Json::error_handler_t::replace;
  absl::StatusOr<std::string> text =
      key_.Sign(algorithm_, made.header.dump(-1, ' ', false, kReplace),
                made.claims.dump(-1, ' ', false, kReplace));
  if (!text.ok()) return Invalid("the key ", MessageOf(text.status()));
  made.text = *std::move(text);
  return made;
}

}  // namespace wsgate::client
