// wsgatectl token: a token to try things out with.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "clients/cli/signing_key.h"
#include "gateway/auth/token_authority.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

using Json = nlohmann::ordered_json;

struct TokenFlags {
  std::string user;
  std::string secret_file;
  std::string private_key_file;
  std::string algorithm;
  std::string key_id;
  std::string expires_in = "1h";
  std::string issuer;
  std::vector<std::string> audiences;
  std::string token_id;
  std::string tenant;
  std::vector<std::string> metadata;  // KEY=VALUE.
  std::vector<std::string> claims;    // NAME=JSON.
};

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

absl::StatusOr<Json> ClaimsOf(const TokenFlags& flags, Duration life, int64_t now_s) {
  Json claims = {{"sub", flags.user},
                 {"iat", now_s},
                 {"exp", now_s + std::chrono::duration_cast<std::chrono::seconds>(life).count()}};
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

ExitCode RunToken(const TokenFlags& flags, Context& context) {
  const absl::StatusOr<Duration> life = ReadTime("--expires-in", flags.expires_in);
  if (!life.ok()) return context.Usage(MessageOf(life.status()));
  const absl::StatusOr<SigningKey> key = ReadSigningKey(flags);
  if (!key.ok()) return context.Usage(MessageOf(key.status()));
  const absl::StatusOr<JwtAlgorithm> algorithm = AlgorithmFor(flags, *key);
  if (!algorithm.ok()) return context.Usage(MessageOf(algorithm.status()));
  const absl::StatusOr<Json> claims = ClaimsOf(flags, *life, WallSeconds());
  if (!claims.ok()) return context.Usage(MessageOf(claims.status()));
  Json header = {{"alg", RowOf(*algorithm).name}, {"typ", "JWT"}};
  if (!flags.key_id.empty()) header["kid"] = flags.key_id;
  constexpr auto kReplace = Json::error_handler_t::replace;
  const absl::StatusOr<std::string> token = key->Sign(
      *algorithm, header.dump(-1, ' ', false, kReplace), claims->dump(-1, ' ', false, kReplace));
  if (!token.ok()) {
    return context.Usage(Cat("the key ", MessageOf(token.status())));
  }
  if (context.json()) {
    const Json answer = {{"token", *token}, {"header", header}, {"claims", *claims}};
    context.out() << answer.dump(2, ' ', false, kReplace) << "\n";
  } else {
    context.out() << *token << "\n";
  }
  return ExitCode::kOk;
}

}  // namespace

void AddToken(CommandLine& line) {
  const auto flags = std::make_shared<TokenFlags>();
  CLI::App& app = line.Add(line.root(), "token",
                           "Prints a token for auth.mode jwt, to try it out; asks no gateway.");
  AddValue(app, "--user", flags->user, "ID", "whose it is: `sub`")->required();
  AddValue(app, "--secret-file", flags->secret_file, "FILE",
           "signs with this secret, as auth.jwt.secret_file has it");
  AddValue(app, "--private-key-file", flags->private_key_file, "FILE",
           "signs with this private key in PEM: RSA, P-256, P-384 or Ed25519");
  AddValue(app, "--algorithm", flags->algorithm, "NAME",
           "default: HS256, RS256, ES256, ES384 or EdDSA, as the key is");
  AddValue(app, "--key-id", flags->key_id, "ID", "`kid`: which key of a set it is");
  AddValue(app, "--expires-in", flags->expires_in, "TIME", "until `exp`; default: 1h");
  AddValue(app, "--issuer", flags->issuer, "NAME", "`iss`");
  AddList(app, "--audience", flags->audiences, "NAME", "`aud`; may be given again");
  AddValue(app, "--token-id", flags->token_id, "ID",
           "`jti`: what `wsgatectl revoke --token` takes");
  AddValue(app, "--tenant", flags->tenant, "NAME", "the claim `tenant`");
  AddList(app, "--meta", flags->metadata, "KEY=VALUE",
          "an entry of the claim `metadata`; may be given again");
  AddList(app, "--claim", flags->claims, "NAME=JSON", "any other claim; may be given again");
  app.footer(
      "Examples\n"
      "  wsgatectl token --user ada --secret-file secret\n"
      "  wsgatectl token --user ada --private-key-file key.pem --key-id k1 --audience chat\n"
      "  wsgatectl token --user ada --secret-file secret --claim "
      "'limits={\"messages_per_second\":5}'");
  line.OnRunAlone(app, [flags](Context& context) { return RunToken(*flags, context); });
}

}  // namespace wsgate::cli
