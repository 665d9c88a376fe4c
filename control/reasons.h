// Why a call failed: the table of `google.rpc.ErrorInfo.reason`, domain `wsgate`. What is
// documented to services is what stands here.
#pragma once

#include <grpcpp/support/status.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace wsgate {

enum class Reason : uint8_t {
  kBadField,          // Fields of the request are wrong; each is named in BadRequest.
  kPageTokenInvalid,  // Not a token of this process, or of a listing with another filter.
  kStartExpected,     // The first message of ReceiveMessages must be `start`, and only the first.
  kAckUnknown,        // Acknowledges a number that was not sent on this stream.
  kItemUnreadable,    // An item of SendStream cannot be parsed; those before it were sent.
  kSessionNotFound,   // No such open session. Nothing was sent.
  kMailboxFull,       // A shard concerned was full. Of a send nothing was sent; of a Disconnect or
                      // SetLimits over several shards the message says what the others did.
  kMessagesHooked,    // OnMessage is configured, so there is nothing to receive.
  kConsumersFull,     // As many ReceiveMessages streams are open as there may be.
  kGroupsFull,        // As many consumer groups have streams as there may be.
  kWatchersFull,      // As many WatchSessions or WatchStats streams are open as there may be.
  kWatcherOvertaken,  // A WatchSessions stream was read too slowly: events that it had not been
                      // shown are forgotten.
  kTokensOff,         // Revoke where no tokens are checked.
  kRevocationsFull,   // As many revocations are remembered as may be; nothing was done.
  kCallerUnknown,     // No token, or one that nobody has; the same of a certificate.
  kScopeMissing,      // The caller may not do this.
  kTenantBound,       // The caller is bound to a tenant, and the call cannot be held to it.
  kCursorGone,        // WatchSessions.after is of another process, or what came behind it is
                      // forgotten.
  kStopping,   // The gateway stops. Of a call that was already posted nobody knows whether it was
               // carried out.
  kCancelled,  // The caller left.
  kInternal,   // The gateway's fault.
  // Of calls over HTTP, before they become calls of gRPC.
  kHttpUnreadable,  // A header is wrong, or the body is no JSON of the request's message.
  kHttpEncoding,    // A body that is compressed.
  kHttpStreaming,   // The RPC is a stream.
  kHttpPage,        // Asked by a page in a browser.
  kHttpTooBig,      // The body is larger than a message of gRPC may be.
  kHttpCallsFull,   // As many calls over HTTP are open, or bytes of them held, as may be.
};

struct ReasonRow {
  Reason reason;
  grpc::StatusCode code;
  std::string_view name;            // At most 63 characters of UPPER_SNAKE.
  std::chrono::milliseconds retry;  // RetryInfo; 0: none, the same call fails again.
};

inline constexpr std::array<ReasonRow, 27> kReasons = {{
    {Reason::kBadField, grpc::INVALID_ARGUMENT, "BAD_FIELD", {}},
    {Reason::kPageTokenInvalid, grpc::INVALID_ARGUMENT, "PAGE_TOKEN_INVALID", {}},
    {Reason::kStartExpected, grpc::INVALID_ARGUMENT, "START_EXPECTED", {}},
    {Reason::kAckUnknown, grpc::INVALID_ARGUMENT, "ACK_UNKNOWN", {}},
    {Reason::kItemUnreadable, grpc::INVALID_ARGUMENT, "ITEM_UNREADABLE", {}},
    {Reason::kSessionNotFound, grpc::NOT_FOUND, "SESSION_NOT_FOUND", {}},
    {Reason::kMailboxFull, grpc::RESOURCE_EXHAUSTED, "MAILBOX_FULL", std::chrono::milliseconds(50)},
    {Reason::kMessagesHooked, grpc::FAILED_PRECONDITION, "MESSAGES_HOOKED", {}},
    {Reason::kConsumersFull, grpc::RESOURCE_EXHAUSTED, "CONSUMERS_FULL", std::chrono::seconds(5)},
    {Reason::kGroupsFull, grpc::RESOURCE_EXHAUSTED, "GROUPS_FULL", std::chrono::seconds(5)},
    {Reason::kWatchersFull, grpc::RESOURCE_EXHAUSTED, "WATCHERS_FULL", std::chrono::seconds(5)},
    {Reason::kWatcherOvertaken, grpc::RESOURCE_EXHAUSTED, "WATCHER_OVERTAKEN",
     std::chrono::milliseconds(100)},
    {Reason::kTokensOff, grpc::FAILED_PRECONDITION, "TOKENS_OFF", {}},
    {Reason::kRevocationsFull, grpc::RESOURCE_EXHAUSTED, "REVOCATIONS_FULL",
     std::chrono::seconds(60)},
    {Reason::kCallerUnknown, grpc::UNAUTHENTICATED, "CALLER_UNKNOWN", {}},
    {Reason::kScopeMissing, grpc::PERMISSION_DENIED, "SCOPE_MISSING", {}},
    {Reason::kTenantBound, grpc::PERMISSION_DENIED, "TENANT_BOUND", {}},
    {Reason::kCursorGone, grpc::OUT_OF_RANGE, "CURSOR_GONE", {}},
    {Reason::kStopping, grpc::UNAVAILABLE, "STOPPING", std::chrono::seconds(1)},
    {Reason::kCancelled, grpc::CANCELLED, "CANCELLED", {}},
    {Reason::kInternal, grpc::INTERNAL, "INTERNAL", {}},
    {Reason::kHttpUnreadable, grpc::INVALID_ARGUMENT, "HTTP_UNREADABLE", {}},
    {Reason::kHttpEncoding, grpc::UNIMPLEMENTED, "HTTP_ENCODING", {}},
    {Reason::kHttpStreaming, grpc::UNIMPLEMENTED, "HTTP_STREAMING", {}},
    {Reason::kHttpPage, grpc::PERMISSION_DENIED, "HTTP_PAGE", {}},
    {Reason::kHttpTooBig, grpc::RESOURCE_EXHAUSTED, "HTTP_TOO_BIG", {}},
    {Reason::kHttpCallsFull, grpc::RESOURCE_EXHAUSTED, "HTTP_CALLS_FULL", std::chrono::seconds(1)},
}};

constexpr const ReasonRow& RowOf(Reason reason) {
  return kReasons[static_cast<size_t>(reason)];
}

static_assert(
    [] {
      for (size_t i = 0; i < kReasons.size(); ++i) {
        if (static_cast<size_t>(kReasons[i].reason) != i || kReasons[i].name.size() > 63)
          return false;
      }
      return true;
    }(),
    "rows stand in the order of the enum");

}  // namespace wsgate
