// What is counted beside the shards, by threads of the control port, the inbound hub and the
// process itself.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/message/inbound.h"
#include "gateway/metrics/cell.h"

namespace wsgate {

// RPCs of wsgate.v1.ControlService, in the order of control_service.proto.
enum class ControlRpc : uint8_t {
  kSendToUser,
  kSendToUsers,
  kSendToSession,
  kBroadcast,
  kSendStream,
  kGetSession,
  kListSessions,
  kGetUserStatus,
  kDisconnect,
  kRevoke,
  kWatchSessions,
  kReceiveMessages,
  kGetStats,
  kWatchStats,
  kGetLimits,
  kSetLimits,
  kDrain,
};
inline constexpr std::array<std::string_view, 17> kControlRpcs = {
    "SendToUser", "SendToUsers", "SendToSession", "Broadcast",
    "SendStream", "GetSession",  "ListSessions",  "GetUserStatus",
    "Disconnect", "Revoke",      "WatchSessions", "ReceiveMessages",
    "GetStats",   "WatchStats",  "GetLimits",     "SetLimits",
    "Drain"};

// gRPC's status codes by number.
inline constexpr std::array<std::string_view, 17> kGrpcCodes = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

// Methods of wsgate.v1.HookService.
enum class Hook : uint8_t { kOnConnect, kOnMessage, kOnDisconnect };
inline constexpr std::array<std::string_view, 3> kHooks = {"OnConnect", "OnMessage",
                                                           "OnDisconnect"};

// How a hook's call ended, all its tries together.
enum class HookResult : uint8_t {
  kOk,
  kTimeout,      // No answer in time.
  kUnavailable,  // No backend could be reached in time, or each was lost.
  kError,        // A backend answered with an error, or with what makes no sense.
  kOverload,     // Not called: as many wait as may.
  kStopped,      // The gateway stopped.
};
inline constexpr std::array<std::string_view, 6> kHookResults = {"ok",    "timeout",  "unavailable",
                                                                 "error", "overload", "stopped"};

enum class ReloadResult : uint8_t { kOk, kError };
inline constexpr std::array<std::string_view, 2> kReloadResults = {"ok", "error"};

// Where keys for tokens come from.
enum class KeySource : uint8_t { kFile, kUrl };
inline constexpr std::array<std::string_view, 2> kKeySources = {"file", "url"};

// Why a call of the control API was refused before it was looked at.
enum class ControlRefusal : uint8_t {
  kNoToken,             // No `authorization: Bearer TOKEN`, or more than one.
  kUnknownToken,        // Nobody has this token.
  kNoCertificate,       // The connection has none.
  kUnknownCertificate,  // Nobody has a name of it.
  kScope,               // The caller has not the scope.
  kTenant,              // The caller is bound to a tenant, the call is of all.
};
inline constexpr std::array<std::string_view, 6> kControlRefusals = {
    "no_token", "unknown_token", "no_certificate", "unknown_certificate", "scope", "tenant"};

// What the control port's authorization reads from files.
enum class ControlFile : uint8_t { kCallers, kCertificate };
inline constexpr std::array<std::string_view, 2> kControlFiles = {"callers", "certificate"};

// What the admin port answers, by HTTP status; others count as 0.
inline constexpr std::array<int, 17> kAdminStatuses = {200, 400, 401, 403, 404, 405, 409, 413, 415,
                                                       429, 431, 499, 500, 501, 503, 504, 0};

// The step of a drain that the node is in.
enum class DrainStep : uint8_t {
  kNone,       // Serving.
  kNotice,     // Readiness is off, everything goes on.
  kListeners,  // The accept queue is emptied, then the listeners close.
  kReleasing,  // Sessions are told to reconnect elsewhere.
  kStopping,   // Streams end, the process exits.
};

// `C` counts, `G` rises and falls.
template <class C, class G>
struct NodeFields {
  std::array<C, kInboundDropCount> inbound_dropped{};  // By InboundDrop.
  std::array<C, 2> config_reloads{};                   // By ReloadResult.
  std::array<C, kControlRpcs.size()> rpcs_started{};   // By ControlRpc.
  std::array<std::array<C, kGrpcCodes.size()>, kControlRpcs.size()>
      rpcs_handled{};                                               // Then by code.
  std::array<C, kHooks.size() * kHookResults.size()> hook_calls{};  // A row of results a hook.
  std::array<C, kHooks.size()> hook_retries{};                      // Calls tried again.
  std::array<C, 2> hook_sends{};        // What OnMessage answered to others: taken, refused.
  std::array<C, 2> hook_tls_reloads{};  // By ReloadResult.
  std::array<G, kHooks.size()> hook_waiting{};  // Calls under way or waiting for their turn.
  std::array<C, 4> key_loads{};                 // A row of results (ok, error) a KeySource.
  std::array<C, kControlRefusals.size()> control_refused{};  // By ControlRefusal.
  std::array<C, 4> control_loads{};  // A row of results (ok, error) a ControlFile.
  std::array<C, kAdminStatuses.size()> admin_answers{};  // By status.
  std::array<C, 2> tls_reloads{};                        // By ReloadResult.
  G tls_expires_at{};                                    // Seconds since 1970; 0: no TLS.
  G auth_keys{};                                         // Keys that tokens are checked with.
  G jwks_fetched_at{};                                   // Seconds since 1970; 0: never.
  G revocations{};                                       // Entries of the table.
  G rpc_streams{};                                       // Open streams of the control API.
  G drain_step{};                                        // A DrainStep.
};

// Flow:    control, the inbound hub, main → NodeStats → Collector.
// Owner:   App.
// Threads: any.
// Bounds:  fixed, about 2 KB.
struct NodeStats : NodeFields<SharedCounter, SharedGauge> {
  void InboundDropped(InboundDrop reason, uint64_t messages = 1) {
    inbound_dropped[static_cast<size_t>(reason)].Add(messages);
  }
  void ConfigReloaded(ReloadResult result) { config_reloads[static_cast<size_t>(result)].Add(); }
  void RpcStarted(ControlRpc rpc) { rpcs_started[static_cast<size_t>(rpc)].Add(); }
  // `code` is a grpc::StatusCode; a number that gRPC does not have counts as UNKNOWN.
  void RpcHandled(ControlRpc rpc, int code) {
    const size_t column = code >= 0 && code < static_cast<int>(kGrpcCodes.size()) ? code : 2;
    rpcs_handled[static_cast<size_t>(rpc)][column].Add();
  }
  void HookCalled(Hook hook, HookResult result) {
    hook_calls[static_cast<size_t>(hook) * kHookResults.size() + static_cast<size_t>(result)].Add();
  }
  void HookRetried(Hook hook) { hook_retries[static_cast<size_t>(hook)].Add(); }
  void HookSent(bool taken) { hook_sends[taken ? 0 : 1].Add(); }
  void HookTlsReloaded(bool good) { hook_tls_reloads[good ? 0 : 1].Add(); }
  void KeysLoaded(KeySource source, bool good) {
    key_loads[static_cast<size_t>(source) * 2 + (good ? 0 : 1)].Add();
  }
  void TlsReloaded(bool good) { tls_reloads[good ? 0 : 1].Add(); }
  void ControlRefused(ControlRefusal why) { control_refused[static_cast<size_t>(why)].Add(); }
  void ControlFileLoaded(ControlFile file, bool good) {
    control_loads[static_cast<size_t>(file) * 2 + (good ? 0 : 1)].Add();
  }
  void AdminAnswered(int status) {
    const auto* const at = std::find(kAdminStatuses.begin(), kAdminStatuses.end() - 1, status);
    admin_answers[static_cast<size_t>(at - kAdminStatuses.begin())].Add();
  }
  void SetHookWaiting(Hook hook, size_t calls) {
    hook_waiting[static_cast<size_t>(hook)].Set(static_cast<int64_t>(calls));
  }
  void SetDrainStep(DrainStep step) { drain_step.Set(static_cast<int64_t>(step)); }
};

// The same as plain numbers.
using NodeValues = NodeFields<uint64_t, int64_t>;

[[nodiscard]] NodeValues ReadStats(const NodeStats& stats);

}  // namespace wsgate
