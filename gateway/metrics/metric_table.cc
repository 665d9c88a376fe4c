#include "gateway/metrics/metric_table.h"

#include <chrono>

#include "gateway/metrics/metric_cells.h"

namespace wsgate {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

using cells::AdminStatus;
using cells::CalledHook;
using cells::CallResult;
using cells::CloseCode;
using cells::CloseLabel;
using cells::ControlFileLabel;
using cells::Handled;
using cells::HandledCode;
using cells::HandledRpc;
using cells::In;
using cells::kHookSends;
using cells::LabelOf;
using cells::LoadedSource;
using cells::LoadResult;
using cells::TokenResultLabel;
using cells::Tokens;
using cells::Total;
using cells::TotalLatency;

// Buckets, upper edges. Each is an edge of LatencyHistogram too, so the counts are exact.
constexpr std::array<Duration, 16> kLatencyBounds = {
    microseconds(100),  microseconds(250),  microseconds(500), milliseconds(1),
    microseconds(2500), milliseconds(5),    milliseconds(10),  milliseconds(25),
    milliseconds(50),   milliseconds(100),  milliseconds(250), milliseconds(500),
    seconds(1),         milliseconds(2500), seconds(5),        seconds(10)};
constexpr std::array<Duration, 14> kTurnBounds = {
    microseconds(10),  microseconds(25), microseconds(50),   microseconds(100), microseconds(250),
    microseconds(500), milliseconds(1),  microseconds(2500), milliseconds(5),   milliseconds(10),
    milliseconds(25),  milliseconds(50), milliseconds(100),  milliseconds(250)};

constexpr auto kCounter = MetricType::kCounter;
constexpr auto kGauge = MetricType::kGauge;
constexpr auto kHistogram = MetricType::kHistogram;
constexpr auto kNode = &StatsSnapshot::node;
constexpr auto kProcess = &StatsSnapshot::process;
using S = StatsValues;
using N = NodeValues;
using P = ProcessValues;

constexpr Metric kMetrics[] = {
    {.name = "wsgate_build_info",
     .type = kGauge,
     .help = "Always 1; the label names the version that runs.",
     .labels = {{{"version", [](size_t) { return std::string(WSGATE_VERSION); }}}},
     .value = [](const StatsSnapshot&, size_t) { return 1.0; }},
    // Sessions.
    {.name = "wsgate_sessions",
     .type = kGauge,
     .help = "Open sessions.",
     .value = Total<&S::sessions>},
    {.name = "wsgate_users",
     .type = kGauge,
     .help = "Users with at least one open session.",
     .value = Total<&S::users>},
    {.name = "wsgate_handshakes",
     .type = kGauge,
     .help = "Connections that have not had their answer yet.",
     .value = Total<&S::handshakes>},
    {.name = "wsgate_sessions_accepted_total",
     .help = "Sessions opened.",
     .value = Total<&S::accepted>},
    {.name = "wsgate_sessions_refused_total",
     .help = "Connections and upgrade requests that became no session, by cause.",
     .cells = kRefuseCauses.size(),
     .labels = {{{"reason", LabelOf<kRefuseCauses>}}},
     .value = Total<&S::refused>},
    {.name = "wsgate_sessions_closed_total",
     .help =
         "Sessions ended, by close reason and its WebSocket code. A client's or a service's own "
         "code counts under its reason's.",
     .cells = kCloseReasonCount,
     .labels = {{{"reason", CloseLabel}, {"code", CloseCode}}},
     .value = Total<&S::closed>},
    {.name = "wsgate_auth_tokens_total",
     .help =
         "Tokens that clients brought, at their connect or for a `refresh`, by what came of it.",
     .cells = kTokenErrors.size() + 1,
     .labels = {{{"result", TokenResultLabel}}},
     .value = Tokens},
    {.name = "wsgate_handshake_duration_seconds",
     .type = kHistogram,
     .help = "From a connection's accept to its 101.",
     .latency = TotalLatency<&S::handshake_latency>,
     .bounds = kLatencyBounds},
    {.name = "wsgate_pings_sent_total",
     .help = "Pings sent to silent sessions.",
     .value = Total<&S::pings_sent>},
    // From clients.
    {.name = "wsgate_messages_received_total",
     .help = "Complete messages received from clients, by type.",
     .cells = kPayloadKinds.size(),
     .labels = {{{"type", LabelOf<kPayloadKinds>}}},
     .value = Total<&S::messages_received>},
    {.name = "wsgate_bytes_received_total",
     .help = "Payload bytes of the messages received.",
     .value = Total<&S::bytes_received>},
    {.name = "wsgate_received_dropped_total",
     .help = "Messages received that reached no service, by reason.",
     .cells = kInboundDrops.size(),
     .labels = {{{"reason", LabelOf<kInboundDrops>}}},
     .value = Total<&S::inbound_dropped>},
    // To clients.
    {.name = "wsgate_messages_sent_total",
     .help = "Messages taken by a session's socket or its queue, one for each session.",
     .value = Total<&S::messages_sent>},
    {.name = "wsgate_bytes_sent_total",
     .help = "Payload bytes of the messages sent.",
     .value = Total<&S::bytes_sent>},
    {.name = "wsgate_messages_dropped_total",
     .help = "Messages meant for a session and never queued, by reason.",
     .cells = kDropReasonCount,
     .labels = {{{"reason", LabelOf<kDropReasons>}}},
     .value = Total<&S::dropped>},
    {.name = "wsgate_queue_dropped_messages_total",
     .help = "Messages still waiting in a session's queue when it ended; they count as sent too.",
     .value = Total<&S::queue_dropped>},
    {.name = "wsgate_queued_bytes",
     .type = kGauge,
     .help = "Bytes waiting in sessions' queues.",
     .value = Total<&S::queued_bytes>},
    {.name = "wsgate_socket_writes_total",
     .help = "System calls that wrote to sessions' sockets.",
     .value = Total<&S::socket_writes>},
    // permessage-deflate.
    {.name = "wsgate_compressed_messages_total",
     .help = "Messages received (in) and sent (out) that were compressed on the wire.",
     .cells = kDirections.size(),
     .labels = {{{"direction", LabelOf<kDirections>}}},
     .value = Total<&S::compressed_messages>},
    {.name = "wsgate_compressed_payload_bytes_total",
     .help = "Their bytes without compression.",
     .cells = kDirections.size(),
     .labels = {{{"direction", LabelOf<kDirections>}}},
     .value = Total<&S::compressed_payload_bytes>},
    {.name = "wsgate_compressed_wire_bytes_total",
     .help = "Their bytes as they were on the wire, heads of frames left out.",
     .cells = kDirections.size(),
     .labels = {{{"direction", LabelOf<kDirections>}}},
     .value = Total<&S::compressed_wire_bytes>},
    {.name = "wsgate_compressions_total",
     .help = "Messages given to the compressor: once for a shard's sessions, however many.",
     .value = Total<&S::compressions>},
    {.name = "wsgate_inflate_waits_total",
     .help = "Times when a compressed message in several reads found every inflater of its shard "
             "taken and had to wait for its own end.",
     .value = Total<&S::inflate_waits>},
    {.name = "wsgate_broadcast_latency_seconds",
     .type = kHistogram,
     .help = "From a broadcast's arrival to its last socket write, once for each shard.",
     .latency = TotalLatency<&S::broadcast_latency>,
     .bounds = kLatencyBounds},
    {.name = "wsgate_event_loop_turn_seconds",
     .type = kHistogram,
     .help = "How long a turn of a shard's event loop took.",
     .latency = TotalLatency<&S::loop_lag>,
     .bounds = kTurnBounds},
    // Control.
    {.name = "wsgate_grpc_server_started_total",
     .help = "Calls of wsgate.v1.ControlService that arrived, by method.",
     .cells = kControlRpcs.size(),
     .labels = {{{"method", LabelOf<kControlRpcs>}}},
     .value = In<kNode, &N::rpcs_started>},
    {.name = "wsgate_grpc_server_handled_total",
     .help = "Calls of wsgate.v1.ControlService that were answered, by method and status code.",
     .cells = kControlRpcs.size() * kGrpcCodes.size(),
     .labels = {{{"method", HandledRpc}, {"code", HandledCode}}},
     .value = Handled},
    {.name = "wsgate_grpc_streams",
     .type = kGauge,
     .help = "Open streams of the control API.",
     .value = In<kNode, &N::rpc_streams>},
    {.name = "wsgate_admin_http_requests_total",
     .help = "Requests of the admin port that were answered, by HTTP status: pages, and calls of "
             "the control API over HTTP, which count as calls of gRPC too.",
     .cells = kAdminStatuses.size(),
     .labels = {{{"code", AdminStatus}}},
     .value = In<kNode, &N::admin_answers>},
    // Hooks.
    {.name = "wsgate_hook_calls_total",
     .help = "Calls of backends' wsgate.v1.HookService, by method and how they ended.",
     .cells = kHooks.size() * kHookResults.size(),
     .labels = {{{"method", CalledHook}, {"result", CallResult}}},
     .value = In<kNode, &N::hook_calls>},
    {.name = "wsgate_hook_retries_total",
     .help = "Tries beyond the first, because a backend was lost or out of reach, by method.",
     .cells = kHooks.size(),
     .labels = {{{"method", LabelOf<kHooks>}}},
     .value = In<kNode, &N::hook_retries>},
    {.name = "wsgate_hook_waiting",
     .type = kGauge,
     .help = "Calls of backends under way or waiting for their turn, by method.",
     .cells = kHooks.size(),
     .labels = {{{"method", LabelOf<kHooks>}}},
     .value = In<kNode, &N::hook_waiting>},
    {.name = "wsgate_hook_sends_total",
     .help = "Sends to others that OnMessage answered with, by what became of them.",
     .cells = kHookSends.size(),
     .labels = {{{"result", LabelOf<kHookSends>}}},
     .value = In<kNode, &N::hook_sends>},
    {.name = "wsgate_hook_tls_reloads_total",
     .help = "Times when files of `hooks.tls` had changed and were read, by result.",
     .cells = kReloadResults.size(),
     .labels = {{{"result", LabelOf<kReloadResults>}}},
     .value = In<kNode, &N::hook_tls_reloads>},
    // Who may call the control API.
    {.name = "wsgate_control_refused_total",
     .help = "Calls of the control API refused before they were looked at, by why: of somebody "
             "unknown, or for want of a right.",
     .cells = kControlRefusals.size(),
     .labels = {{{"reason", LabelOf<kControlRefusals>}}},
     .value = In<kNode, &N::control_refused>},
    {.name = "wsgate_control_file_loads_total",
     .help = "Times when the control port's callers or its certificate were read, by result; after "
             "`error` the old ones go on.",
     .cells = kControlFiles.size() * 2,
     .labels = {{{"file", ControlFileLabel}, {"result", LoadResult}}},
     .value = In<kNode, &N::control_loads>},
    // Keys of tokens.
    {.name = "wsgate_auth_key_loads_total",
     .help = "Times when keys were read from a file or an address, by result; after `error` the "
             "old ones go on.",
     .cells = kKeySources.size() * 2,
     .labels = {{{"source", LoadedSource}, {"result", LoadResult}}},
     .value = In<kNode, &N::key_loads>},
    {.name = "wsgate_auth_keys",
     .type = kGauge,
     .help = "Keys that tokens are checked with.",
     .value = In<kNode, &N::auth_keys>},
    {.name = "wsgate_auth_jwks_fetched_timestamp_seconds",
     .type = kGauge,
     .help = "When the keys of auth.jwt.jwks_url were fetched last, seconds since 1970; 0: never.",
     .value = In<kNode, &N::jwks_fetched_at>},
    {.name = "wsgate_auth_revocations",
     .type = kGauge,
     .help = "Revoked tokens and users that are remembered; at 65536 Revoke fails.",
     .value = In<kNode, &N::revocations>},
    // TLS of the client port.
    {.name = "wsgate_tls_certificate_expires_timestamp_seconds",
     .type = kGauge,
     .help = "When the certificate in force ends, seconds since 1970; 0: clients use no TLS.",
     .value = In<kNode, &N::tls_expires_at>},
    {.name = "wsgate_tls_certificate_reloads_total",
     .help = "Times when a changed certificate was read, by result; after `error` the old one goes "
             "on.",
     .cells = kReloadResults.size(),
     .labels = {{{"result", LabelOf<kReloadResults>}}},
     .value = In<kNode, &N::tls_reloads>},
    // Node.
    {.name = "wsgate_config_reloads_total",
     .help = "Reloads of the configuration, by result; after `error` the old one goes on.",
     .cells = kReloadResults.size(),
     .labels = {{{"result", LabelOf<kReloadResults>}}},
     .value = In<kNode, &N::config_reloads>},
    {.name = "wsgate_drain_state",
     .type = kGauge,
     .help = "Step of the drain: 0 none, 1 notice, 2 listeners closing, 3 sessions leaving, "
             "4 stopping.",
     .value = In<kNode, &N::drain_step>},
    {.name = "process_cpu_seconds_total",
     .help = "User and system CPU time of the process.",
     .value = In<kProcess, &P::cpu_seconds>},
    {.name = "process_resident_memory_bytes",
     .type = kGauge,
     .help = "Resident memory of the process.",
     .value = In<kProcess, &P::resident_bytes>},
    {.name = "process_open_fds",
     .type = kGauge,
     .help = "Open file descriptors.",
     .value = In<kProcess, &P::open_fds>},
    {.name = "process_max_fds",
     .type = kGauge,
     .help = "Soft limit of open file descriptors.",
     .value = In<kProcess, &P::max_fds>},
    {.name = "process_start_time_seconds",
     .type = kGauge,
     .help = "When the process started, seconds since 1970.",
     .value = [](const StatsSnapshot& s,
                 size_t) { return static_cast<double>(s.start_time_us) / 1e6; }},
};

}  // namespace

std::span<const Metric> Metrics() {
  return kMetrics;
}

}  // namespace wsgate
