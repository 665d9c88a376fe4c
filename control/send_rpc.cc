#include "control/send_rpc.h"

#include <string>
#include <utility>

#include "control/convert.h"
#include "control/parse.h"

namespace wsgate {
namespace {

ExclusionsPtr ParseOptions(const v1::SendOptions& options, BadFields& bad) {
  if (options.exclude_session_ids().empty() && options.exclude_user_ids().empty()) return nullptr;
  return ShareExclusions(
      ParseExclusions(options.exclude_session_ids(), options.exclude_user_ids(), "options.", bad));
}

template <class Response>
void FillResponse(Outcome& outcome, Response& response) {
  Fill(outcome, *response.mutable_outcome());
  if constexpr (requires { response.add_offline_user_ids(); }) {
    for (std::string& user : outcome.offline_users) {
      response.add_offline_user_ids(std::move(user));
    }
  }
}

}  // namespace

template <class Response>
void SendRpc::Publish(PendingCall call, const BadFields& bad, Destination&& to, MessagePtr message,
                      Response* response) {
  if (!bad.empty()) return call.Fail(bad.ToStatus());
  router_.Publish(std::move(to), std::move(message),
                  [call = std::move(call), response](absl::StatusOr<Outcome> outcome) mutable {
                    if (!outcome.ok()) return call.Fail(ToGrpcStatus(outcome.status()));
                    FillResponse(*outcome, *response);
                    call.Complete();
                  });
}

grpc::ServerUnaryReactor* SendRpc::SendToUser(grpc::CallbackServerContext* context,
                                              const v1::SendToUserRequest* request,
                                              v1::SendToUserResponse* response) {
  const Time now = SteadyNow();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kSendToUser);
  BadFields bad;
  ToUser to{ParseUserId(request->user_id(), "user_id", bad), ParseOptions(request->options(), bad)};
  MessagePtr message = ParseMessage(request->message(), limits_.send_bytes_max(), now, bad);
  Publish(std::move(call), bad, std::move(to), std::move(message), response);
  return reactor;
}

grpc::ServerUnaryReactor* SendRpc::SendToUsers(grpc::CallbackServerContext* context,
                                               const v1::SendToUsersRequest* request,
                                               v1::SendToUsersResponse* response) {
  const Time now = SteadyNow();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kSendToUsers);
  BadFields bad;
  ToUsers to{ParseDistinctUserIds(request->user_ids(), "user_ids", bad),
             ParseOptions(request->options(), bad)};
  MessagePtr message = ParseMessage(request->message(), limits_.send_bytes_max(), now, bad);
  Publish(std::move(call), bad, std::move(to), std::move(message), response);
  return reactor;
}

grpc::ServerUnaryReactor* SendRpc::SendToSession(grpc::CallbackServerContext* context,
                                                 const v1::SendToSessionRequest* request,
                                                 v1::SendToSessionResponse* response) {
  const Time now = SteadyNow();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kSendToSession);
  BadFields bad;
  const std::optional<SessionId> session =
      ParseSessionId(request->session_id(), "session_id", router_.incarnation(), bad);
  MessagePtr message = ParseMessage(request->message(), limits_.send_bytes_max(), now, bad);
  if (bad.empty() && !session) {
    call.Fail(MakeStatus(Reason::kSessionNotFound, "no such open session"));
    return reactor;
  }
  Publish(std::move(call), bad, ToSession{session.value_or(SessionId{})}, std::move(message),
          response);
  return reactor;
}

grpc::ServerUnaryReactor* SendRpc::Broadcast(grpc::CallbackServerContext* context,
                                             const v1::BroadcastRequest* request,
                                             v1::BroadcastResponse* response) {
  const Time now = SteadyNow();
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kBroadcast);
  BadFields bad;
  SessionFilter filter = ParseFilter(request->filter(), "filter", bad);
  Exclusions exclusions = ParseExclusions(request->options().exclude_session_ids(),
                                          request->options().exclude_user_ids(), "options.", bad);
  ToAudience to{ShareAudience(std::move(filter), std::move(exclusions))};
  MessagePtr message = ParseMessage(request->message(), limits_.send_bytes_max(), now, bad);
  Publish(std::move(call), bad, std::move(to), std::move(message), response);
  return reactor;
}

}  // namespace wsgate
