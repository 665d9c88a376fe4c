// Every way in which a session ends: one row each.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wsgate {

// 4000-4099 are the gateway's own and mean "reconnect", 4500-4599 are its own and mean "do not".
enum class CloseReason : uint8_t {
  kClientClosed,        // The client sent Close; its own code is echoed.
  kPeerGone,            // The connection broke or ended without a Close frame.
  kProtocolError,       // RFC 6455 was not kept.
  kInvalidUtf8,         // A text message or close reason that is not UTF-8.
  kInvalidDeflate,      // A compressed message that is no deflate data (RFC 7692).
  kMessageTooBig,       // A client's message above limits.message_bytes_max.
  kInternalError,       // The gateway's fault.
  kDraining,            // The node shuts down.
  kSlowConsumer,        // More than limits.queued_bytes_per_session_max waited.
  kNoPong,              // Silent for two ping intervals.
  kBackendUnavailable,  // hooks.on_message: no backend took a message, and on_failure is closed.
  kBackendSlow,         // The same, because none answered in time.
  kKicked,              // A service's Disconnect; its code and reason may be its own.
  kTokenExpired,        // The token's `exp` has come and no `refresh` did.
  kTokenRevoked,        // A service's Revoke named its token.
  kMessageRate,         // Above limits.messages_per_second.
  kByteRate,            // Above limits.bytes_per_second.
  kOtherUser,           // A `refresh` brought another user's token.
};
inline constexpr size_t kCloseReasonCount = 18;

struct CloseReasonRow {
  CloseReason reason;
  uint16_t code;           // WebSocket close code; 1006 is never sent.
  std::string_view label;  // Metric label, and the close reason's text on the wire.
  bool reconnect;          // Whether the client should come back.
};

inline constexpr std::array<CloseReasonRow, kCloseReasonCount> kCloseReasons = {{
    {CloseReason::kClientClosed, 1000, "client_closed", true},
    {CloseReason::kPeerGone, 1006, "peer_gone", true},
    {CloseReason::kProtocolError, 1002, "protocol_error", false},
    {CloseReason::kInvalidUtf8, 1007, "invalid_utf8", false},
    {CloseReason::kInvalidDeflate, 1007, "invalid_deflate", false},
    {CloseReason::kMessageTooBig, 1009, "message_too_big", false},
    {CloseReason::kInternalError, 1011, "internal_error", true},
    {CloseReason::kDraining, 4000, "draining", true},
    {CloseReason::kSlowConsumer, 4002, "slow_consumer", true},
    {CloseReason::kNoPong, 4004, "no_pong", true},
    {CloseReason::kBackendUnavailable, 4005, "backend_unavailable", true},
    {CloseReason::kBackendSlow, 4006, "backend_slow", true},
    {CloseReason::kKicked, 4500, "kicked", false},
    {CloseReason::kTokenExpired, 4501, "token_expired", false},
    {CloseReason::kTokenRevoked, 4502, "token_revoked", false},
    {CloseReason::kMessageRate, 4503, "message_rate", false},
    {CloseReason::kByteRate, 4504, "byte_rate", false},
    {CloseReason::kOtherUser, 4505, "other_user", false},
}};

constexpr const CloseReasonRow& RowOf(CloseReason reason) {
  return kCloseReasons[static_cast<size_t>(reason)];
}

static_assert(
    [] {
      for (size_t i = 0; i < kCloseReasons.size(); ++i) {
        if (static_cast<size_t>(kCloseReasons[i].reason) != i) return false;
      }
      return true;
    }(),
    "rows stand in the order of the enum");

inline constexpr size_t kCloseTextBytesMax = 123;  // RFC 6455 section 5.5: 125 less the code.

// Whether a service may end a session with this code: 1000, or 3000-4999 outside the gateway's own.
constexpr bool IsServiceCloseCode(uint32_t code) {
  if (code == 1000) return true;
  if (code < 3000 || code > 4999) return false;
  return !(code >= 4000 && code <= 4099) && !(code >= 4500 && code <= 4599);
}

// Whether a client may send this code in a Close frame (RFC 6455 section 7.4).
constexpr bool IsWireCloseCode(uint32_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

}  // namespace wsgate
