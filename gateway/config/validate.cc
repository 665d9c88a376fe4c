#include "gateway/config/validate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "gateway/config/address.h"
#include "gateway/config/fields.h"
#include "gateway/config/https_url.h"
#include "gateway/config/origin.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

constexpr std::string_view kAuthModeMissing =
    "auth.mode is not set, so nobody has decided who may connect. Ways out: `wsgate serve "
    "--dev` to try it out on this machine only, or `auth.mode: insecure` written out, which "
    "believes the user that a client names in ?user= and is safe only where everybody who can "
    "connect is trusted, or `auth.mode: jwt` and a key that signs tokens (auth.jwt.jwks_url, "
    "for example), or `auth.mode: hook` and a backend that decides "
    "(hooks.on_connect.targets)";

bool IsHeaderToken(std::string_view text) {  // RFC 7230 section 3.2.6.
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return absl::ascii_isalnum(c) || kOthers.find(static_cast<char>(c)) != kOthers.npos;
  });
}

bool NamesKey(const Config& config) {
  return !config.jwt_secret_file.empty() || !config.jwt_public_key_file.empty() ||
         !config.jwt_jwks_file.empty() || !config.jwt_jwks_url.empty();
}

void CheckTokens(const Config& config, std::vector<FieldError>& errors) {
  const bool jwt = config.auth_mode == "jwt";
  if (jwt && !NamesKey(config)) {
    errors.push_back({"auth.mode",
                      "auth.mode is jwt, but no key is named, so no token could be checked: set "
                      "auth.jwt.jwks_url (an identity provider's keys), auth.jwt.jwks_file, "
                      "auth.jwt.public_key_file or auth.jwt.secret_file"});
  }
  if (jwt && !config.token_header && !config.token_subprotocol && config.token_cookie.empty() &&
      config.token_query.empty()) {
    errors.push_back({"auth.token.header",
                      "auth.mode is jwt, but a token may stand nowhere: set auth.token.header, "
                      "auth.token.subprotocol, auth.token.cookie or auth.token.query"});
  }
  for (const auto& [name, value] : {std::pair("auth.token.cookie", config.token_cookie),
                                    {"auth.token.query", config.token_query}}) {
    if (IsHeaderToken(value)) continue;
    errors.push_back(
        {name, Cat(name, " is \"", value, "\", but must be letters, digits or any of ", "-._~")});
  }
  if (!config.jwt_jwks_url.empty()) {
    if (const absl::StatusOr<HttpsUrl> url = ParseHttpsUrl(config.jwt_jwks_url); !url.ok()) {
      errors.push_back({"auth.jwt.jwks_url", Cat("auth.jwt.jwks_url: ", MessageOf(url.status()))});
    }
  }
}

void CheckTls(const Config& config, std::vector<FieldError>& errors) {
  if (config.tls_cert_file.empty() == config.tls_key_file.empty()) return;
  const bool no_key = config.tls_key_file.empty();
  errors.push_back({no_key ? "tls.key_file" : "tls.cert_file",
                    Cat(no_key ? "tls.cert_file" : "tls.key_file", " is set and ",
                        no_key ? "tls.key_file" : "tls.cert_file",
                        " is not: TLS needs a certificate and its key")});
}

void CheckOrigins(const Config& config, std::vector<FieldError>& errors) {
  const absl::StatusOr<OriginRules> rules = OriginRules::Parse(config.origins_allowed);
  if (!rules.ok()) {
    errors.push_back({"origins.allowed", Cat("origins.allowed: ", MessageOf(rules.status()))});
  }
  if (config.token_cookie.empty() || (rules.ok() && rules->names_pages())) return;
  errors.push_back({"origins.allowed",
                    "auth.token.cookie is set, and browsers send cookies along for every page, so "
                    "any page could connect as its visitor: name the origins of yours in "
                    "origins.allowed (`*` and `null` are not enough)"});
}

void CheckControlAuth(const Config& config, std::vector<FieldError>& errors) {
  const std::string& mode = config.control_auth_mode;
  const bool asks = mode == "token" || mode == "mtls";
  const bool tls = !config.control_tls_cert_file.empty();
  const auto add = [&](std::string_view field, const std::string& text) {
    errors.push_back({std::string(field), Cat(field, text)});
  };
  if (asks && config.control_auth_tokens_file.empty()) {
    add("control.auth.tokens_file",
        Cat(" is empty, but control.auth.mode is ", mode,
            ": name a file that says who may call; `wsgatectl caller new` makes its entries"));
  }
  if (tls != !config.control_tls_key_file.empty()) {
    add(tls ? "control.tls.key_file" : "control.tls.cert_file",
        " is empty: a certificate and its key go together");
  }
  if (mode == "mtls" && !tls) {
    add("control.tls.cert_file",
        " is empty, but control.auth.mode is mtls: callers show certificates over TLS");
  }
  if ((mode == "mtls") == config.control_tls_client_ca_file.empty()) {
    add("control.tls.client_ca_file",
        mode == "mtls" ? " is empty, but control.auth.mode is mtls: name who signs callers' "
                         "certificates"
                       : " is set, but is looked at with control.auth.mode mtls alone");
  }
}

void CheckHooksTls(const Config& config, std::vector<FieldError>& errors) {
  const bool certificate = !config.hooks_tls_cert_file.empty();
  const auto add = [&](std::string_view field, std::string_view text) {
    errors.push_back({std::string(field), Cat(field, text)});
  };
  if (certificate != !config.hooks_tls_key_file.empty()) {
    add(certificate ? "hooks.tls.key_file" : "hooks.tls.cert_file",
        " is empty: a certificate and its key go together");
  }
  if (certificate && config.hooks_tls_ca_file.empty()) {
    add("hooks.tls.ca_file",
        " is empty, so backends are called without TLS, but hooks.tls.cert_file is set");
  }
}

void CheckAuth(const Config& config, std::vector<FieldError>& errors) {
  if (config.auth_mode.empty()) errors.push_back({"auth.mode", std::string(kAuthModeMissing)});
  if (config.auth_mode == "hook" && config.on_connect_targets.empty()) {
    errors.push_back({"hooks.on_connect.targets",
                      "hooks.on_connect.targets is empty, but auth.mode is hook: name the backends "
                      "that decide who comes in, such as 127.0.0.1:50052"});
  }
  const absl::StatusOr<Address> control = ParseAddress(config.control_address);
  if (!control.ok() || control->IsLoopback() || !config.control_auth_mode.empty()) return;
  errors.push_back(
      {"control.auth.mode",
       Cat("control.address is ", config.control_address,
           ", which other machines can reach, and control.auth.mode is not set: anybody "
           "there could send to every session. Listen on loopback (control.address: "
           "127.0.0.1:",
           control->port,
           "), or let callers say who they are (control.auth.mode: token or mtls), or write "
           "`control.auth.mode: none` out where the network around it is trusted")});
}

// Calls on the admin port are asked as much, or as little, as those on the control port.
void CheckControlHttp(const Config& config, std::vector<FieldError>& errors) {
  if (config.control_http && config.control_auth_mode == "mtls") {
    errors.push_back({"control.http",
                      "control.http is on, but control.auth.mode is mtls, and on the admin port "
                      "nobody shows a certificate: use control.auth.mode: token, or leave it off"});
  }
  const absl::StatusOr<Address> admin = ParseAddress(config.admin_address);
  if (!config.control_http || !config.control_auth_mode.empty() || !admin.ok() ||
      admin->IsLoopback()) {
    return;
  }
  errors.push_back(
      {"control.http",
       Cat("control.http is on, admin.address is ", config.admin_address,
           ", which other machines can reach, and control.auth.mode is not set: anybody there "
           "could send to every session. Listen on loopback (admin.address: 127.0.0.1:",
           admin->port,
           "), or let callers say who they are (control.auth.mode: token), or write "
           "`control.auth.mode: none` out where the network around it is trusted")});
}

// Two ports that cannot both be opened. What only the kernel knows, such as a port taken by
// another process, shows at the start.
void CheckPortsDiffer(const Config& config, std::vector<FieldError>& errors) {
  const std::array<std::pair<std::string, std::string>, 3> addresses = {
      {{"client.address", config.client_address},
       {"control.address", config.control_address},
       {"admin.address", config.admin_address}}};
  for (size_t i = 0; i < addresses.size(); ++i) {
    const absl::StatusOr<Address> later = ParseAddress(addresses[i].second);
    if (!later.ok() || later->port == 0) continue;
    for (size_t j = 0; j < i; ++j) {
      if (addresses[i].second != addresses[j].second) continue;
      errors.push_back(
          {addresses[i].first, Cat(addresses[i].first, " is ", addresses[i].second, ", as is ",
                                   addresses[j].first, "; give each a port of its own")});
    }
  }
}

}  // namespace

std::vector<FieldError> CheckConfig(const Config& config, uint64_t open_file_limit) {
  std::vector<FieldError> errors;
  for (const Field& field : Fields()) {
    if (field.name.starts_with("limits.")) continue;  // CheckLimits() does these.
    if (std::optional<std::string> error = CheckField(field, config)) {
      errors.push_back({std::string(field.name), *std::move(error)});
    }
  }
  CheckAuth(config, errors);
  CheckControlAuth(config, errors);
  CheckHooksTls(config, errors);
  CheckControlHttp(config, errors);
  CheckTokens(config, errors);
  CheckTls(config, errors);
  CheckOrigins(config, errors);
  CheckPortsDiffer(config, errors);
  for (FieldError& error : CheckLimits(config.limits, open_file_limit)) {
    errors.push_back(std::move(error));
  }
  return errors;
}

absl::Status Validate(const Config& config, uint64_t open_file_limit) {
  const std::vector<FieldError> errors = CheckConfig(config, open_file_limit);
  return StatusOf(errors);
}

std::vector<std::string> ConfigWarnings(const Config& config) {
  const Limits& limits = config.limits;
  const auto show = [&](std::string_view name) {
    return Cat(name, " (", GetField(*FindField(name), config), ")");
  };
  std::vector<std::string> warnings;
  if (limits.bytes_per_second != 0 && limits.message_bytes_max > limits.ByteRate().burst) {
    warnings.push_back(
        Cat(show("limits.message_bytes_max"), " is above ", show("limits.bytes_burst"),
            ": a client that sends so large a message at once is ended with 4504; raise "
            "limits.bytes_burst"));
  }
  if (limits.send_bytes_max > limits.queued_bytes_per_session_max) {
    warnings.push_back(Cat(
        show("limits.send_bytes_max"), " is above ", show("limits.queued_bytes_per_session_max"),
        ": so large a message may end a session that is not slow with 4002; raise "
        "limits.queued_bytes_per_session_max"));
  }
  if (config.auth_mode != "jwt" && NamesKey(config)) {
    warnings.push_back(Cat("a key of auth.jwt is set, but auth.mode is ", config.auth_mode,
                           ": tokens are not looked at; set auth.mode to jwt"));
  }
  const absl::StatusOr<Address> control = ParseAddress(config.control_address);
  if (config.control_auth_mode == "token" && config.control_tls_cert_file.empty() && control.ok() &&
      !control->IsLoopback()) {
    warnings.emplace_back(
        "control.auth.mode is token without control.tls.cert_file: tokens go over the network as "
        "they are; that is safe only where something around it encrypts");
  }
  const absl::StatusOr<Address> admin = ParseAddress(config.admin_address);
  if (config.control_http && config.control_auth_mode == "token" && admin.ok() &&
      !admin->IsLoopback()) {
    warnings.emplace_back(
        "control.http is on and admin.address has no TLS: tokens go over the network as they are; "
        "that is safe only where something around it encrypts");
  }
  if (!config.control_auth_tokens_file.empty() && config.control_auth_mode != "token" &&
      config.control_auth_mode != "mtls") {
    warnings.emplace_back(
        "control.auth.tokens_file is set, but control.auth.mode is none: everybody may call");
  }
  return warnings;
}

std::vector<std::string> FieldsThatNeedRestart(const Config& running, const Config& loaded) {
  std::vector<std::string> names;
  for (const Field& field : Fields()) {
    if (field.reloadable || GetField(field, running) == GetField(field, loaded)) continue;
    names.emplace_back(field.name);
  }
  return names;
}

}  // namespace wsgate
