#include "clients/loadgen/run/access.h"

#include <utility>

#include "clients/cpp/token.h"
#include "gateway/config/strings.h"

namespace wsgate::loadgen {
namespace {

constexpr Duration kCallTimeout = std::chrono::seconds(5);

absl::StatusOr<std::shared_ptr<const client::TokenSigner>> ReadSigner(
    const client::TokenFlags& flags) {
  if (flags.secret_file.empty() && flags.private_key_file.empty()) {
    const bool claims = !flags.issuer.empty() || !flags.audiences.empty() ||
                        !flags.tenant.empty() || !flags.key_id.empty() || !flags.claims.empty() ||
                        !flags.algorithm.empty();
    if (!claims) return nullptr;
  }
  absl::StatusOr<client::TokenSigner> signer = client::TokenSigner::Make(flags);
  if (!signer.ok()) return signer.status();
  // Said once here, and not by each session.
  const absl::StatusOr<client::SignedToken> tried = signer->Sign("", std::chrono::hours(1));
  if (!tried.ok()) return tried.status();
  return std::make_shared<const client::TokenSigner>(*std::move(signer));
}

absl::StatusOr<std::shared_ptr<const TlsClient>> ReadClientTls(const AccessFlags& flags,
                                                               const std::string& address) {
  if (flags.client_tls_ca.empty() && flags.client_tls_name.empty()) return nullptr;
  std::string ca;
  if (!flags.client_tls_ca.empty()) {
    absl::StatusOr<std::string> read = client::ReadPem("--client-tls-ca", flags.client_tls_ca);
    if (!read.ok()) return read.status();
    ca = *std::move(read);
  }
  const std::string name =
      flags.client_tls_name.empty() ? address.substr(0, address.rfind(':')) : flags.client_tls_name;
  auto made = TlsClient::Make(ca, name);
  if (!made.ok()) return Invalid("--client-tls-ca ", MessageOf(made.status()));
  return made;
}

}  // namespace

void AddAccessFlags(CLI::App& app, AccessFlags& flags) {
  const auto add = [&app](const char* group, const char* name, auto& value, const char* type,
                          const char* text) {
    // Without extra arguments: a list grows by its flag being given again.
    app.add_option(name, value, text)->type_name(type)->group(group)->allow_extra_args(false);
  };
  constexpr const char* kClient = "Client port with tokens (auth.mode jwt) or TLS";
  client::TokenFlags& token = flags.token;
  add(kClient, "--secret-file", token.secret_file, "FILE",
      "signs a token for each session with this secret, as auth.jwt.secret_file has it");
  add(kClient, "--private-key-file", token.private_key_file, "FILE",
      "signs with this private key in PEM: RSA, P-256, P-384 or Ed25519");
  add(kClient, "--algorithm", token.algorithm, "NAME",
      "default: HS256, RS256, ES256, ES384 or EdDSA, as the key is");
  add(kClient, "--key-id", token.key_id, "ID", "`kid`: which key of a set it is");
  add(kClient, "--issuer", token.issuer, "NAME", "`iss`");
  add(kClient, "--audience", token.audiences, "NAME", "`aud`; may be given again");
  add(kClient, "--tenant", token.tenant, "NAME", "the claim `tenant`");
  add(kClient, "--claim", token.claims, "NAME=JSON", "any other claim; may be given again");
  add(kClient, "--client-tls-ca", flags.client_tls_ca, "FILE",
      "wss; certificates in PEM that sign the gateway's [the system's]");
  add(kClient, "--client-tls-name", flags.client_tls_name, "NAME",
      "wss; the name in the gateway's certificate [the host of --client-address]");
  constexpr const char* kControl = "Control port with callers (control.auth) or TLS";
  add(kControl, "--token-file", flags.token_file, "FILE",
      "a file with the token that proves who you are");
  add(kControl, "--tls-ca", flags.control_tls.ca, "FILE",
      "TLS; certificates in PEM that sign the gateway's");
  add(kControl, "--tls-cert", flags.control_tls.certificate, "FILE",
      "TLS; a certificate that says who you are");
  add(kControl, "--tls-key", flags.control_tls.key, "FILE", "its private key");
  add(kControl, "--tls-name", flags.control_tls.name, "NAME",
      "TLS; the name in the gateway's certificate [the host of --control-address]");
}

absl::StatusOr<Access> ReadAccess(const AccessFlags& flags, const std::string& client_address,
                                  const std::string& control_address) {
  Access access;
  auto signer = ReadSigner(flags.token);
  if (!signer.ok()) return signer.status();
  access.signer = *std::move(signer);
  auto client_tls = ReadClientTls(flags, client_address);
  if (!client_tls.ok()) return client_tls.status();
  access.client_tls = *std::move(client_tls);
  access.control.address = control_address;
  access.control.timeout = kCallTimeout;
  absl::StatusOr<std::optional<client::TlsOptions>> tls = client::ReadTls(flags.control_tls);
  if (!tls.ok()) return tls.status();
  access.control.tls = *std::move(tls);
  if (!flags.token_file.empty()) {
    absl::StatusOr<std::string> read = client::ReadTokenFile(flags.token_file);
    if (!read.ok()) return Invalid("--token-file: ", MessageOf(read.status()));
    access.control.token = *std::move(read);
  }
  return access;
}

}  // namespace wsgate::loadgen
