// Everything that can be configured, with its defaults. `fields` has the table that gives each
// field its name in the file, the environment and on the command line, its unit, its range and its
// text.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/config/limits.h"

namespace wsgate {

struct Config {
  // client.address: WebSocket.
  std::string client_address = "0.0.0.0:8080";
  // control.address: gRPC.
  std::string control_address = "127.0.0.1:50051";
  // control.auth.mode: `none`, `token` or `mtls`; empty is `none` on loopback and nowhere else.
  std::string control_auth_mode;
  // control.auth.tokens_file: who may call, and what; looked at with `token` and `mtls`.
  std::string control_auth_tokens_file;
  // control.tls.*: PEM files; empty: no TLS. The last one is for `mtls` alone.
  std::string control_tls_cert_file;
  std::string control_tls_key_file;
  std::string control_tls_client_ca_file;
  // control.http: the control API in JSON on the admin port too.
  bool control_http = false;
  // admin.address: /metrics, /livez and /readyz.
  std::string admin_address = "127.0.0.1:8081";
  // ready_file: written when all ports listen; empty: none.
  std::string ready_file;
  // auth.mode: `insecure`, `jwt` or `hook`; empty: the gateway does not start.
  std::string auth_mode;
  // auth.anonymous: who has no token comes in without a user.
  bool auth_anonymous = false;
  // auth.token.*: where a token may stand; a cookie or a query field has a name, empty: not there.
  bool token_header = true;
  bool token_subprotocol = true;
  std::string token_cookie;
  std::string token_query;
  // auth.jwt.*: which keys sign tokens; empty: none from there.
  std::string jwt_secret_file;
  std::string jwt_public_key_file;
  std::string jwt_jwks_file;
  std::string jwt_jwks_url;
  // auth.jwt.jwks_ca_file: who signs that address's certificate; empty: as the system has it.
  std::string jwt_jwks_ca_file;
  Duration jwt_jwks_refresh = std::chrono::minutes(5);
  // auth.jwt.issuer, auth.jwt.audience: what tokens must say; empty: anybody, nobody.
  std::string jwt_issuer;
  std::string jwt_audience;
  Duration jwt_leeway = std::chrono::seconds(5);
  bool jwt_exp_required = true;
  // auth.jwt.claims.*: which claims say who it is; empty: not looked at.
  std::string jwt_claim_user_id = "sub";
  std::string jwt_claim_tenant;
  std::string jwt_claim_metadata;
  std::string jwt_claim_limits;
  // origins.*: whose pages may connect; empty: those of the host that they connect to.
  std::string origins_allowed;
  std::string origins_missing = "allow";
  // tls.*: TLS on the client port; empty: plain text. tls.min_version: 1.2 or 1.3.
  std::string tls_cert_file;
  std::string tls_key_file;
  std::string tls_min_version = "1.2";
  // demo: serve the demo page on the client port.
  bool demo = false;
  // node.id: empty: host name and process incarnation.
  std::string node_id;
  // shards: 0 is `auto`: the smaller of affinity mask and cgroup quota.
  uint32_t shards = 0;
  // log.level: trace, debug, info, warn, error, off. log.format: json or text.
  std::string log_level = "info";
  std::string log_format = "json";
  // session.ping_interval: silent for two of these: closed.
  Duration ping_interval = std::chrono::seconds(25);
  // session.close_timeout: wait for the peer's Close.
  Duration close_timeout = std::chrono::seconds(2);
  // drain.notice: readiness is off, newcomers still come in.
  Duration drain_notice = std::chrono::seconds(5);
  // drain.window: everybody is gone by then.
  Duration drain_window = std::chrono::seconds(240);
  // drain.sessions_per_second, a bound: 0 is `auto`: empties the node in half of drain.window.
  uint64_t drain_sessions_per_second = 0;
  // hooks.tls.*: PEM files; without the first, backends are called without TLS. The others say who
  // the gateway is.
  std::string hooks_tls_ca_file;
  std::string hooks_tls_cert_file;
  std::string hooks_tls_key_file;
  // hooks.on_connect.*: backends that decide who comes in, HOST:PORT with commas between; empty:
  // none. `closed`: who cannot be asked about stays out.
  std::string on_connect_targets;
  Duration on_connect_timeout = std::chrono::seconds(2);
  uint64_t on_connect_concurrency = 256;
  std::string on_connect_on_failure = "closed";
  // hooks.on_message.*: backends that hear what clients say. `open`: a message that none took is
  // dropped; `closed`: its session ends.
  std::string on_message_targets;
  Duration on_message_timeout = std::chrono::seconds(5);
  uint64_t on_message_concurrency = 1024;
  std::string on_message_on_failure = "open";
  // hooks.on_message.window: messages of one session that may wait for their answers.
  uint64_t on_message_window = 16;
  // hooks.on_disconnect.*: backends that hear who left. `open`: what none took in time is dropped;
  // `closed`: it is offered until one does.
  std::string on_disconnect_targets;
  Duration on_disconnect_timeout = std::chrono::seconds(5);
  uint64_t on_disconnect_concurrency = 64;
  std::string on_disconnect_on_failure = "open";
  // compression.enabled: permessage-deflate with clients that offer it.
  bool compression_enabled = false;
  // compression.bytes_min: shorter messages go as they are.
  uint64_t compression_bytes_min = 256;
  // compression.level: zlib's.
  uint32_t compression_level = 3;
  // limits.*
  Limits limits;
};

}  // namespace wsgate
