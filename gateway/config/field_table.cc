#include "gateway/config/fields.h"
#include "gateway/config/host.h"

namespace wsgate {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr uint64_t Nanos(Duration duration) {
  return static_cast<uint64_t>(duration.count());
}

constexpr std::string_view kAuthModes[] = {"insecure", "jwt", "hook"};
constexpr std::string_view kMissing[] = {"allow", "refuse"};
constexpr std::string_view kOnFailure[] = {"open", "closed"};
constexpr std::string_view kTlsVersions[] = {"1.2", "1.3"};
constexpr std::string_view kControlAuthModes[] = {"none", "token", "mtls"};
constexpr std::string_view kLogLevels[] = {"trace", "debug", "info", "warn", "error", "off"};
constexpr std::string_view kLogFormats[] = {"json", "text"};

constexpr Field Address(std::string_view name, FieldMember member, std::string_view help) {
  return {.name = name, .type = FieldType::kAddress, .member = member, .help = help};
}

constexpr Field Text(std::string_view name, FieldMember member, uint64_t max,
                     std::string_view help) {
  return {.name = name, .type = FieldType::kString, .member = member, .max = max, .help = help};
}

constexpr Field List(std::string_view name, FieldMember member, uint64_t max,
                     std::string_view help) {
  return {.name = name, .type = FieldType::kList, .member = member, .max = max, .help = help};
}

constexpr Field Switch(std::string_view name, FieldMember member, std::string_view help) {
  return {.name = name, .type = FieldType::kBool, .member = member, .help = help};
}

constexpr Field Targets(std::string_view name, FieldMember member, std::string_view help) {
  return {.name = name, .type = FieldType::kTargets, .member = member, .help = help};
}

constexpr Field Enum(std::string_view name, FieldMember member,
                     std::span<const std::string_view> choices, std::string_view help) {
  return {
      .name = name, .type = FieldType::kEnum, .member = member, .choices = choices, .help = help};
}

constexpr Field Time(std::string_view name, FieldMember member, Duration min, Duration max,
                     std::string_view help) {
  return {.name = name,
          .type = FieldType::kDuration,
          .member = member,
          .min = Nanos(min),
          .max = Nanos(max),
          .help = help};
}

constexpr Field Count(std::string_view name, FieldMember member, uint64_t max,
                      std::string_view zero, std::string_view help) {
  return {.name = name,
          .type = FieldType::kCount,
          .member = member,
          .min = 1,
          .max = max,
          .zero = zero,
          .help = help};
}

constexpr Field Bytes(std::string_view name, FieldMember member, uint64_t min, uint64_t max,
                      std::string_view zero, std::string_view help) {
  return {.name = name,
          .type = FieldType::kBytes,
          .member = member,
          .min = min,
          .max = max,
          .zero = zero,
          .help = help};
}

// What a reload and SetLimits change.
constexpr Field Limit(Field field) {
  field.reloadable = true;
  return field;
}

constexpr Field kFields[] = {
    Address("client.address", &Config::client_address,
            "Where WebSocket clients connect; port 0 picks a free one."),
    Text("tls.cert_file", &Config::tls_cert_file, 4096,
         "The client port's certificate in PEM, followed by those that sign it, read again when it "
         "changes; empty: no TLS."),
    Text("tls.key_file", &Config::tls_key_file, 4096,
         "Its private key in PEM, without a password."),
    Enum("tls.min_version", &Config::tls_min_version, kTlsVersions,
         "The oldest version of TLS that clients may speak."),
    Address("control.address", &Config::control_address,
            "Where services call the control API (gRPC); port 0 picks a free one."),
    Enum("control.auth.mode", &Config::control_auth_mode, kControlAuthModes,
         "Who may call the control API: `token` and `mtls` ask who it is, `none` is everybody; "
         "needed unless on loopback."),
    Text("control.auth.tokens_file", &Config::control_auth_tokens_file, 4096,
         "A YAML list of callers, each with its token's SHA-256 or a name of its certificate, and "
         "its scopes; empty: none."),
    Text("control.tls.cert_file", &Config::control_tls_cert_file, 4096,
         "The control port's certificate in PEM, its chain behind it; empty: no TLS."),
    Text("control.tls.key_file", &Config::control_tls_key_file, 4096,
         "The private key of that certificate in PEM, without a passphrase; empty: no TLS."),
    Text("control.tls.client_ca_file", &Config::control_tls_client_ca_file, 4096,
         "With control.auth.mode `mtls`: certificates in PEM that sign those of callers; empty: "
         "none."),
    Switch(
        "control.http", &Config::control_http,
        "Serves unary RPCs in JSON on admin.address too: POST /wsgate.v1.ControlService/METHOD."),
    Address("admin.address", &Config::admin_address,
            "Where /metrics, /livez and /readyz are served; port 0 picks a free one."),
    Text("ready_file", &Config::ready_file, 4096,
         "A JSON file with the three addresses, written when all of them listen; empty: none."),
    Enum("auth.mode", &Config::auth_mode, kAuthModes,
         "Who says who a client is: `insecure` believes ?user=, `jwt` a signed token, `hook` asks "
         "hooks.on_connect.targets; must be set."),
    Switch("auth.anonymous", &Config::auth_anonymous,
           "With auth.mode `jwt`: who brings no token comes in without a user."),
    Switch("auth.token.header", &Config::token_header,
           "Takes a token from `Authorization: Bearer TOKEN`."),
    Switch("auth.token.subprotocol", &Config::token_subprotocol,
           "Takes a token from the subprotocol `wsgate.bearer.TOKEN`, offered beside a real one."),
    Text("auth.token.cookie", &Config::token_cookie, 64,
         "The cookie that holds a token; needs origins.allowed. Empty: none does."),
    Text("auth.token.query", &Config::token_query, 64,
         "The query's field that holds a token, which proxies may log. Empty: none does."),
    Text("auth.jwt.secret_file", &Config::jwt_secret_file, 4096,
         "A file whose bytes are the secret of HS256, HS384 and HS512, 32 at least; empty: none."),
    Text("auth.jwt.public_key_file", &Config::jwt_public_key_file, 4096,
         "Public keys or certificates in PEM: RSA, P-256, P-384, Ed25519; empty: none."),
    Text("auth.jwt.jwks_file", &Config::jwt_jwks_file, 4096,
         "A JSON Web Key Set; secrets may stand in it; empty: none."),
    Text("auth.jwt.jwks_url", &Config::jwt_jwks_url, 2048,
         "Where an identity provider has its JSON Web Key Set, https only; empty: nowhere."),
    Text("auth.jwt.jwks_ca_file", &Config::jwt_jwks_ca_file, 4096,
         "Certificates in PEM that sign that address's own; empty: those of the system."),
    Time("auth.jwt.jwks_refresh", &Config::jwt_jwks_refresh, seconds(1), hours(24),
         "How often the address is asked again, give or take a tenth."),
    Text("auth.jwt.issuer", &Config::jwt_issuer, 1024,
         "What a token's `iss` must be; empty: it is not looked at."),
    List("auth.jwt.audience", &Config::jwt_audience, 4096,
         "Names of which a token's `aud` must have one; empty: a token with an `aud` is refused."),
    Time("auth.jwt.leeway", &Config::jwt_leeway, seconds(0), minutes(10),
         "By how much clocks may differ where `exp` and `nbf` are looked at."),
    Switch("auth.jwt.exp_required", &Config::jwt_exp_required,
           "Refuses a token without `exp`, which would be good for ever."),
    {.name = "auth.jwt.claims.user_id",
     .type = FieldType::kString,
     .member = &Config::jwt_claim_user_id,
     .min = 1,
     .max = 255,
     .help = "The claim that is the user id."},
    Text("auth.jwt.claims.tenant", &Config::jwt_claim_tenant, 255,
         "The claim that is the tenant; empty: none is."),
    Text("auth.jwt.claims.metadata", &Config::jwt_claim_metadata, 255,
         "The claim that is the session's metadata, an object of texts; empty: none is."),
    Text("auth.jwt.claims.limits", &Config::jwt_claim_limits, 255,
         "The claim that has limits of the session, an object of numbers; empty: none has."),
    List("origins.allowed", &Config::origins_allowed, 16 * kKiB,
         "Origins whose pages may connect, `*` as a label or for all; empty: the page's own host."),
    Enum("origins.missing", &Config::origins_missing, kMissing,
         "What becomes of requests without an Origin, as everything but browsers sends."),
    {.name = "demo",
     .type = FieldType::kBool,
     .member = &Config::demo,
     .help = "Serves a demo page on the client port."},
    Text("node.id", &Config::node_id, 255,
         "This node's name in statistics; empty: the host name and a number of this run."),
    Count("shards", &Config::shards, kShardsMax, "auto",
          "Threads that hold sessions; `auto` is the smaller of affinity mask and cgroup quota."),
    Enum("log.level", &Config::log_level, kLogLevels, "The least important lines that are logged."),
    Enum("log.format", &Config::log_format, kLogFormats,
         "One JSON object a line, or text for a terminal."),
    Time("session.ping_interval", &Config::ping_interval, milliseconds(10), hours(1),
         "How often a silent client is pinged; silent for two of these it is closed."),
    Time("session.close_timeout", &Config::close_timeout, milliseconds(10), minutes(1),
         "How long a closing session waits for its peer's Close."),
    Time("drain.notice", &Config::drain_notice, seconds(0), hours(1),
         "How long a drain lets newcomers in while readiness is already off."),
    Time("drain.window", &Config::drain_window, seconds(0), hours(24),
         "How long the sessions' release may take; who is left then is closed at once."),
    Count("drain.sessions_per_second", &Config::drain_sessions_per_second, 1'000'000, "auto",
          "Most sessions that a drain releases in any second, all shards together; `auto` empties "
          "the node in half of drain.window."),
    Text("hooks.tls.ca_file", &Config::hooks_tls_ca_file, 4096,
         "Certificates in PEM that sign those of backends, which are then called over TLS; empty: "
         "no TLS."),
    Text("hooks.tls.cert_file", &Config::hooks_tls_cert_file, 4096,
         "A certificate in PEM that shows backends who calls, its chain behind it; empty: none."),
    Text("hooks.tls.key_file", &Config::hooks_tls_key_file, 4096,
         "The private key of that certificate in PEM, without a passphrase; empty: none."),
    Targets("hooks.on_connect.targets", &Config::on_connect_targets,
            "Backends asked who may come in (HookService.OnConnect); empty: none is asked."),
    Time("hooks.on_connect.timeout", &Config::on_connect_timeout, milliseconds(10), minutes(1),
         "How long a client waits for that decision, all tries together."),
    Count("hooks.on_connect.concurrency", &Config::on_connect_concurrency, 65'536, "",
          "Questions under way at once; the others wait their turn within the timeout."),
    Enum("hooks.on_connect.on_failure", &Config::on_connect_on_failure, kOnFailure,
         "Without a decision: `closed` answers 503, `open` lets in (as ?user= where that is "
         "believed, else anonymously)."),
    Targets("hooks.on_message.targets", &Config::on_message_targets,
            "Backends that hear what clients say (HookService.OnMessage), in place of "
            "ReceiveMessages; empty: none."),
    Time("hooks.on_message.timeout", &Config::on_message_timeout, milliseconds(10), minutes(10),
         "How long one message waits for its answer, all tries together."),
    Count("hooks.on_message.concurrency", &Config::on_message_concurrency, 65'536, "",
          "Messages under way at once, at most one a session; the others wait their turn."),
    Enum("hooks.on_message.on_failure", &Config::on_message_on_failure, kOnFailure,
         "Without an answer: `open` drops the message, `closed` ends its session (4005 or 4006)."),
    Count("hooks.on_message.window", &Config::on_message_window, 1'024, "",
          "Messages of one session that may wait for answers; then it is not read."),
    Targets("hooks.on_disconnect.targets", &Config::on_disconnect_targets,
            "Backends told who has left (HookService.OnDisconnect); empty: none."),
    Time("hooks.on_disconnect.timeout", &Config::on_disconnect_timeout, milliseconds(10),
         minutes(10), "How long the news of one end is offered, all tries together."),
    Count("hooks.on_disconnect.concurrency", &Config::on_disconnect_concurrency, 65'536, "",
          "Ends told at once; the others wait, at most 65536 of them."),
    Enum("hooks.on_disconnect.on_failure", &Config::on_disconnect_on_failure, kOnFailure,
         "Without an answer in time: `open` drops the news, `closed` offers it again."),
    {.name = "compression.enabled",
     .type = FieldType::kBool,
     .member = &Config::compression_enabled,
     .help = "Takes permessage-deflate from clients that offer it."},
    Bytes("compression.bytes_min", &Config::compression_bytes_min, 1, 64 * kMiB, "",
          "A message to a client that is shorter is not compressed."),
    Count("compression.level", &Config::compression_level, 9, "",
          "How hard zlib tries: 1 is the least CPU, 9 the fewest bytes."),
    Limit(Count(
        "limits.sessions_per_node_max", &Limits::sessions_per_node_max, 1'000'000, "auto",
        "Open sessions of this node, beyond it HTTP 503; `auto` is the open-file limit less 512.")),
    Limit(Count("limits.sessions_per_user_max", &Limits::sessions_per_user_max, 1'024, "off",
                "Open sessions of one user; beyond it HTTP 429.")),
    Limit(Count("limits.handshakes_in_flight_max", &Limits::handshakes_in_flight_max, 65'536, "",
                "Connections not yet upgraded; beyond it newcomers wait in the backlog.")),
    Limit(Time("limits.handshake_timeout", &Limits::handshake_timeout, milliseconds(10),
               seconds(60),
               "From a connection's first moment to the end of its request; then it is closed.")),
    Limit(Bytes("limits.header_bytes_max", &Limits::header_bytes_max, 256, 64 * kKiB, "",
                "Head of an upgrade request; beyond it HTTP 431.")),
    Limit(Bytes("limits.message_bytes_max", &Limits::message_bytes_max, 1, 64 * kMiB, "",
                "One message from a client; beyond it the session ends with 1009.")),
    Limit(Bytes("limits.send_bytes_max", &Limits::send_bytes_max, 1, 64 * kMiB, "",
                "One message from a service; beyond it INVALID_ARGUMENT.")),
    Limit(Count("limits.messages_per_second", &Limits::messages_per_second, 1'000'000, "off",
                "Messages from one session; beyond it the session ends with 4503.")),
    Limit(Count(
        "limits.messages_burst", &Limits::messages_burst, 1'000'000, "auto",
        "Messages that one session may send at once; `auto` is twice limits.messages_per_second.")),
    Limit(Bytes("limits.bytes_per_second", &Limits::bytes_per_second, 1, kGiB, "off",
                "Bytes from one session, heads of frames included; beyond it: 4504.")),
    Limit(
        Bytes("limits.bytes_burst", &Limits::bytes_burst, 1, kGiB, "auto",
              "Bytes that one session may send at once; `auto` is twice limits.bytes_per_second.")),
    Limit(Bytes("limits.queued_bytes_per_session_max", &Limits::queued_bytes_per_session_max, kKiB,
                kGiB, "",
                "Bytes that may wait for one session; beyond it the session ends with 4002.")),
};

}  // namespace

std::span<const Field> Fields() {
  return kFields;
}

}  // namespace wsgate
