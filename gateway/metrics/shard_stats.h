// What a shard counts. One list of fields serves the live cells (ShardStats) and the plain values
// that readers add up (StatsValues); metric_table.cc has a row for each field.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/message/close_reason.h"
#include "gateway/message/inbound.h"
#include "gateway/message/message.h"
#include "gateway/message/outcome.h"
#include "gateway/message/token_error.h"
#include "gateway/metrics/cell.h"
#include "gateway/metrics/histogram.h"
#include "gateway/metrics/node_stats.h"

namespace wsgate {

// Why a connection or an upgrade request did not become a session.
enum class RefuseCause : uint8_t {
  kNodeFull,           // limits.sessions_per_node_max: 503.
  kUserFull,           // limits.sessions_per_user_max: 429.
  kDraining,           // The node shuts down: 503.
  kHandshakeTimeout,   // No complete request within limits.handshake_timeout.
  kHeaderTooBig,       // Above limits.header_bytes_max: 431.
  kBadRequest,         // Not a WebSocket upgrade that RFC 6455 allows: 400, 405 or 426.
  kNotFound,           // No such path: 404.
  kHard,               // Closed unread: no descriptor left, or too many refusals under way.
  kShardFull,          // The home shard's mailbox was full: 503.
  kPeerGone,           // The peer left before its answer.
  kBackendRefused,     // OnConnect said no: its own status.
  kBackendUnanswered,  // OnConnect could not be asked, and on_failure is closed: 503.
  kOrigin,             // The page's origin may not connect: 403.
  kUnauthenticated,    // No token, or one that is not good: 401.
  kKeysUnavailable,    // The keys that tokens are checked with were never fetched: 503.
  kTls,                // No TLS, or none that both sides speak.
};
inline constexpr std::array<std::string_view, 16> kRefuseCauses = {
    "node_full",      "user_full",       "draining",         "handshake_timeout",
    "header_too_big", "bad_request",     "not_found",        "hard",
    "shard_full",     "peer_gone",       "backend_refused",  "backend_unanswered",
    "origin",         "unauthenticated", "keys_unavailable", "tls"};

// Whose messages: clients' or services'.
enum class Direction : uint8_t { kIn, kOut };
inline constexpr std::array<std::string_view, 2> kDirections = {"in", "out"};

// Labels of InboundDrop and PayloadKind.
inline constexpr std::array<std::string_view, kInboundDropCount> kInboundDrops = {
    "no_consumer", "consumer_full", "consumer_gone", "backend_failed", "backend_full"};
inline constexpr std::array<std::string_view, 3> kPayloadKinds = {"text", "binary", "json"};

// One cell for each value of an enum that counts from 0 to N - 1.
template <class Enum, size_t N, class Cell>
struct CellsBy {
  std::array<Cell, N> cells{};
  Cell& operator[](Enum value) { return cells[static_cast<size_t>(value)]; }
  const Cell& operator[](Enum value) const { return cells[static_cast<size_t>(value)]; }
};

// The fields. `C` counts, `G` rises and falls, `L` is a latency.
template <class C, class G, class L>
struct StatsFields {
  G sessions{};      // Open sessions.
  G users{};         // Users with at least one of them.
  G handshakes{};    // Connections that have not had their answer yet.
  G queued_bytes{};  // Payload and frame bytes waiting in sessions' queues.

  C accepted{};                                            // Sessions opened (101 sent).
  CellsBy<RefuseCause, kRefuseCauses.size(), C> refused;   // Connections that became none.
  CellsBy<CloseReason, kCloseReasonCount, C> closed;       // Sessions ended.
  C tokens_good{};                                         // Tokens that were good.
  CellsBy<TokenError, kTokenErrors.size(), C> tokens_bad;  // Those that were not.

  CellsBy<PayloadKind, kPayloadKinds.size(), C> messages_received;  // From clients, complete ones.
  C bytes_received{};                                               // Their payload.
  CellsBy<InboundDrop, kInboundDropCount, C>
      inbound_dropped;  // Of them: those that reached no service.

  C messages_sent{};                                 // Taken by a socket or a session's queue.
  C bytes_sent{};                                    // Their payload.
  CellsBy<DropReason, kDropReasonCount, C> dropped;  // Meant for a session, never queued.
  C queue_dropped{};  // Queued, still waiting when the session ended.

  // Messages that were compressed on the wire, one for each session; their bytes without and with.
  CellsBy<Direction, 2, C> compressed_messages;
  CellsBy<Direction, 2, C> compressed_payload_bytes;
  CellsBy<Direction, 2, C> compressed_wire_bytes;
  C compressions{};   // Messages that were given to the compressor, once for all sessions.
  C inflate_waits{};  // Times when a message in several reads found every inflater lent.

  C pings_sent{};
  C socket_writes{};  // Calls of send(2) or writev(2) for sessions.

  L broadcast_latency{};  // A broadcast's arrival to its last socket write on this shard.
  L handshake_latency{};  // Accept to 101.
  L loop_lag{};           // How long a turn of the loop took.
};

// Flow:    the shard and its sessions → ShardStats → Collector.
// Owner:   its shard.
// Threads: written by the shard's thread alone, read by any.
// Bounds:  fixed, about 32 KB, nearly all of it the three histograms.
struct alignas(64) ShardStats : StatsFields<Counter, Gauge, LatencyHistogram> {};

// The same as plain numbers.
// Threads: a value.
struct StatsValues : StatsFields<uint64_t, int64_t, LatencyCounts> {
  StatsValues& operator+=(const StatsValues& other);
};

// Reads every field of a shard; the latencies over the minute that ends at `now`.
// Threads: any. Fields are read one by one: two of them may be an event apart.
[[nodiscard]] StatsValues ReadStats(const ShardStats& stats, Time now);

// Calls fn(a.field, b.field) once for each field, array cells one by one.
template <class A, class B, class Fn>
void ForEachField(A& a, B& b, Fn fn) {
  const auto each = [&fn](auto& x, auto& y) {
    for (size_t i = 0; i < x.cells.size(); ++i) fn(x.cells[i], y.cells[i]);
  };
  fn(a.sessions, b.sessions);
  fn(a.users, b.users);
  fn(a.handshakes, b.handshakes);
  fn(a.queued_bytes, b.queued_bytes);
  fn(a.accepted, b.accepted);
  each(a.refused, b.refused);
  each(a.closed, b.closed);
  fn(a.tokens_good, b.tokens_good);
  each(a.tokens_bad, b.tokens_bad);
  each(a.messages_received, b.messages_received);
  fn(a.bytes_received, b.bytes_received);
  each(a.inbound_dropped, b.inbound_dropped);
  fn(a.messages_sent, b.messages_sent);
  fn(a.bytes_sent, b.bytes_sent);
  each(a.dropped, b.dropped);
  fn(a.queue_dropped, b.queue_dropped);
  each(a.compressed_messages, b.compressed_messages);
  each(a.compressed_payload_bytes, b.compressed_payload_bytes);
  each(a.compressed_wire_bytes, b.compressed_wire_bytes);
  fn(a.compressions, b.compressions);
  fn(a.inflate_waits, b.inflate_waits);
  fn(a.pings_sent, b.pings_sent);
  fn(a.socket_writes, b.socket_writes);
  fn(a.broadcast_latency, b.broadcast_latency);
  fn(a.handshake_latency, b.handshake_latency);
  fn(a.loop_lag, b.loop_lag);
}

}  // namespace wsgate
