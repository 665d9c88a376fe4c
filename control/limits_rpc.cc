#include "control/limits_rpc.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "control/convert.h"
#include "control/parse.h"

namespace wsgate {

void MergeLimits(const v1::Limits& from, Limits& to, BadFields& bad) {
  if (from.has_sessions_per_node_max()) to.sessions_per_node_max = from.sessions_per_node_max();
  if (from.has_sessions_per_user_max()) to.sessions_per_user_max = from.sessions_per_user_max();
  if (from.has_handshakes_in_flight_max()) {
    to.handshakes_in_flight_max = from.handshakes_in_flight_max();
  }
  if (from.has_handshake_timeout()) {
    to.handshake_timeout = ParseDuration(from.handshake_timeout(), "limits.handshake_timeout", bad)
                               .value_or(to.handshake_timeout);
  }
  if (from.has_header_bytes_max()) to.header_bytes_max = from.header_bytes_max();
  if (from.has_message_bytes_max()) to.message_bytes_max = from.message_bytes_max();
  if (from.has_send_bytes_max()) to.send_bytes_max = from.send_bytes_max();
  if (from.has_messages_per_second()) to.messages_per_second = from.messages_per_second();
  if (from.has_messages_burst()) to.messages_burst = from.messages_burst();
  if (from.has_bytes_per_second()) to.bytes_per_second = from.bytes_per_second();
  if (from.has_bytes_burst()) to.bytes_burst = from.bytes_burst();
  if (from.has_queued_bytes_per_session_max()) {
    to.queued_bytes_per_session_max = from.queued_bytes_per_session_max();
  }
}

grpc::ServerUnaryReactor* LimitsRpc::GetLimits(grpc::CallbackServerContext* context,
                                               v1::GetLimitsResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kGetLimits);
  Fill(*limits_.Current(), *response->mutable_limits());
  call.Complete();
  return reactor;
}

grpc::ServerUnaryReactor* LimitsRpc::SetLimits(grpc::CallbackServerContext* context,
                                               const v1::SetLimitsRequest* request,
                                               v1::SetLimitsResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  // Shared, because Change() drops its `done` where it refuses.
  auto call = std::make_shared<PendingCall>(reactor, stats_, ControlRpc::kSetLimits);
  BadFields bad;
  const std::vector<FieldError> errors = limits_.Change(
      [request, &bad](Limits& limits) {
        MergeLimits(request->limits(), limits, bad);
        return bad.empty();
      },
      [call, response](absl::StatusOr<LimitsPtr> limits) {
        if (!limits.ok()) return call->Fail(ToGrpcStatus(limits.status()));
        Fill(**limits, *response->mutable_limits());
        call->Complete();
      });
  for (const FieldError& error : errors) {
    std::string_view text = error.message;
    if (text.starts_with(error.field)) text.remove_prefix(error.field.size() + 1);
    bad.Add(error.field, text);
  }
  if (!bad.empty()) call->Fail(bad.ToStatus());
  return reactor;
}

}  // namespace wsgate
