#include "control/send_rpc.h"

#include <type_traits>
#include <utility>

#include "control/convert.h"
#include "control/parse_send.h"

namespace wsgate {

template <class Request, class Response>
grpc::ServerUnaryReactor* SendRpc::Answer(ControlRpc rpc, grpc::CallbackServerContext* context,
                                          const Request& request, Response* response,
                                          std::string_view tenant) {
  const Time now = SteadyNow();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, rpc);
  ParsedSend parsed = ParseSend(request,
                                {.bytes_max = limits_.send_bytes_max(),
                                 .incarnation = router_.incarnation(),
                                 .tenant = tenant},
                                now);
  if (!parsed.send) {
    call.Fail(std::move(parsed.status));
    return reactor;
  }
  router_.Publish(
      std::move(parsed.send->to), std::move(parsed.send->message),
      [call = std::move(call), response](absl::StatusOr<Outcome> outcome) mutable {
        if (!outcome.ok()) return call.Fail(ToGrpcStatus(outcome.status()));
        if constexpr (std::is_same_v<Request, v1::SendToSessionRequest>) {
          if (outcome->matched == 0) {  // Another tenant's.
            return call.Fail(MakeStatus(Reason::kSessionNotFound, "no such open session"));
          }
        }
        FillAnswer(*outcome, *response);
        call.Complete();
      });
  return reactor;
}

grpc::ServerUnaryReactor* SendRpc::SendToUser(grpc::CallbackServerContext* context,
                                              const v1::SendToUserRequest* request,
                                              v1::SendToUserResponse* response,
                                              std::string_view tenant) {
  return Answer(ControlRpc::kSendToUser, context, *request, response, tenant);
}

grpc::ServerUnaryReactor* SendRpc::SendToUsers(grpc::CallbackServerContext* context,
                                               const v1::SendToUsersRequest* request,
                                               v1::SendToUsersResponse* response,
                                               std::string_view tenant) {
  return Answer(ControlRpc::kSendToUsers, context, *request, response, tenant);
}

grpc::ServerUnaryReactor* SendRpc::SendToSession(grpc::CallbackServerContext* context,
                                                 const v1::SendToSessionRequest* request,
                                                 v1::SendToSessionResponse* response,
                                                 std::string_view tenant) {
  return Answer(ControlRpc::kSendToSession, context, *request, response, tenant);
}

grpc::ServerUnaryReactor* SendRpc::Broadcast(grpc::CallbackServerContext* context,
                                             const v1::BroadcastRequest* request,
                                             v1::BroadcastResponse* response,
                                             std::string_view tenant) {
  return Answer(ControlRpc::kBroadcast, context, *request, response, tenant);
}

}  // namespace wsgate
