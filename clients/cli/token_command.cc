// wsgatectl token: a token to try things out with.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "clients/credentials/token_signer.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

struct TokenCommandFlags {
  std::string user;
  std::string expires_in = "1h";
  client::TokenFlags token;
};

ExitCode RunToken(const TokenCommandFlags& flags, Context& context) {
  const absl::StatusOr<Duration> life = ReadTime("--expires-in", flags.expires_in);
  if (!life.ok()) return context.Usage(MessageOf(life.status()));
  const absl::StatusOr<client::TokenSigner> signer = client::TokenSigner::Make(flags.token);
  if (!signer.ok()) return context.Usage(MessageOf(signer.status()));
  const absl::StatusOr<client::SignedToken> token = signer->Sign(flags.user, *life);
  if (!token.ok()) return context.Usage(MessageOf(token.status()));
  if (context.json()) {
    using Json = nlohmann::ordered_json;
    const Json answer = {
        {"token", token->text}, {"header", token->header}, {"claims", token->claims}};
    context.out() << answer.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    context.out() << token->text << "\n";
  }
  return ExitCode::kOk;
}

}  // namespace

void AddToken(CommandLine& line) {
  const auto flags = std::make_shared<TokenCommandFlags>();
  client::TokenFlags& token = flags->token;
  CLI::App& app = line.Add(line.root(), "token",
                           "Prints a token for auth.mode jwt, to try it out; asks no gateway.");
  AddValue(app, "--user", flags->user, "ID", "whose it is: `sub`")->required();
  AddValue(app, "--secret-file", token.secret_file, "FILE",
           "signs with this secret, as auth.jwt.secret_file has it");
  AddValue(app, "--private-key-file", token.private_key_file, "FILE",
           "signs with this private key in PEM: RSA, P-256, P-384 or Ed25519");
  AddValue(app, "--algorithm", token.algorithm, "NAME",
           "default: HS256, RS256, ES256, ES384 or EdDSA, as the key is");
  AddValue(app, "--key-id", token.key_id, "ID", "`kid`: which key of a set it is");
  AddValue(app, "--expires-in", flags->expires_in, "TIME", "until `exp`; default: 1h");
  AddValue(app, "--issuer", token.issuer, "NAME", "`iss`");
  AddList(app, "--audience", token.audiences, "NAME", "`aud`; may be given again");
  AddValue(app, "--token-id", token.token_id, "ID", "`jti`: what `wsgatectl revoke --token` takes");
  AddValue(app, "--tenant", token.tenant, "NAME", "the claim `tenant`");
  AddList(app, "--meta", token.metadata, "KEY=VALUE",
          "an entry of the claim `metadata`; may be given again");
  AddList(app, "--claim", token.claims, "NAME=JSON", "any other claim; may be given again");
  app.footer(
      "Examples\n"
      "  wsgatectl token --user ada --secret-file secret\n"
      "  wsgatectl token --user ada --private-key-file key.pem --key-id k1 --audience chat\n"
      "  wsgatectl token --user ada --secret-file secret --claim "
      "'limits={\"messages_per_second\":5}'");
  line.OnRunAlone(app, [flags](Context& context) { return RunToken(*flags, context); });
}

}  // namespace wsgate::cli
