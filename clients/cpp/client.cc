#include "clients/cpp/client.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <utility>

#include "clients/cpp/channel.h"
#include "clients/cpp/error.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate::client {
namespace {

using ControlStub = v1::ControlService::Stub;
using HealthStub = grpc::health::v1::Health::Stub;

absl::Status ToStatus(const char* rpc, const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return MakeCallError(rpc, status.error_code(), status.error_message(), status.error_details());
}

template <class Stub, class Request, class Response>
absl::StatusOr<Response> Call(const ClientOptions& options, Stub& stub, const char* rpc,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
  grpc::ClientContext context;
  AddToken(options, context);
  context.set_deadline(std::chrono::system_clock::now() + options.timeout);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return ToStatus(rpc, status);
  return response;
}

// Reads until `receiver` has enough or the stream ends.
template <class Response>
absl::Status ReadAll(const char* rpc, grpc::ClientContext& context,
                     grpc::ClientReader<Response>& reader, const Receiver<Response>& receiver) {
  Response response;
  while (reader.Read(&response)) {
    if (receiver(response)) continue;
    context.TryCancel();
    (void)reader.Finish();  // Says that it was cancelled, which we know.
    return absl::OkStatus();
  }
  return ToStatus(rpc, reader.Finish());
}

}  // namespace

struct Client::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel)
      : control(channel), health(channel) {}

  ControlStub control;
  HealthStub health;
};

Client::Client(ClientOptions options)
    : options_(std::move(options)), stubs_(std::make_unique<Stubs>(MakeChannel(options_))) {}

Client::~Client() = default;

absl::StatusOr<v1::SendToUserResponse> Client::SendToUser(const v1::SendToUserRequest& request) {
  return Call(options_, stubs_->control, "SendToUser", &ControlStub::SendToUser, request);
}

absl::StatusOr<v1::SendToUsersResponse> Client::SendToUsers(const v1::SendToUsersRequest& request) {
  return Call(options_, stubs_->control, "SendToUsers", &ControlStub::SendToUsers, request);
}

absl::StatusOr<v1::SendToSessionResponse> Client::SendToSession(
    const v1::SendToSessionRequest& request) {
  return Call(options_, stubs_->control, "SendToSession", &ControlStub::SendToSession, request);
}

absl::StatusOr<v1::BroadcastResponse> Client::Broadcast(const v1::BroadcastRequest& request) {
  return Call(options_, stubs_->control, "Broadcast", &ControlStub::Broadcast, request);
}

absl::StatusOr<v1::GetSessionResponse> Client::GetSession(const v1::GetSessionRequest& request) {
  return Call(options_, stubs_->control, "GetSession", &ControlStub::GetSession, request);
}

absl::StatusOr<v1::ListSessionsResponse> Client::ListSessions(
    const v1::ListSessionsRequest& request) {
  return Call(options_, stubs_->control, "ListSessions", &ControlStub::ListSessions, request);
}

absl::StatusOr<v1::GetUserStatusResponse> Client::GetUserStatus(
    const v1::GetUserStatusRequest& request) {
  return Call(options_, stubs_->control, "GetUserStatus", &ControlStub::GetUserStatus, request);
}

absl::StatusOr<v1::DisconnectResponse> Client::Disconnect(const v1::DisconnectRequest& request) {
  return Call(options_, stubs_->control, "Disconnect", &ControlStub::Disconnect, request);
}

absl::StatusOr<v1::RevokeResponse> Client::Revoke(const v1::RevokeRequest& request) {
  return Call(options_, stubs_->control, "Revoke", &ControlStub::Revoke, request);
}

absl::StatusOr<v1::GetStatsResponse> Client::GetStats() {
  return Call(options_, stubs_->control, "GetStats", &ControlStub::GetStats, v1::GetStatsRequest());
}

absl::StatusOr<v1::GetLimitsResponse> Client::GetLimits() {
  return Call(options_, stubs_->control, "GetLimits", &ControlStub::GetLimits,
              v1::GetLimitsRequest());
}

absl::StatusOr<v1::SetLimitsResponse> Client::SetLimits(const v1::SetLimitsRequest& request) {
  return Call(options_, stubs_->control, "SetLimits", &ControlStub::SetLimits, request);
}

absl::StatusOr<v1::DrainResponse> Client::Drain() {
  return Call(options_, stubs_->control, "Drain", &ControlStub::Drain, v1::DrainRequest());
}

absl::StatusOr<grpc::health::v1::HealthCheckResponse> Client::CheckHealth() {
  return Call(options_, stubs_->health, "Health.Check", &HealthStub::Check,
              grpc::health::v1::HealthCheckRequest());
}

absl::Status Client::WatchSessions(const v1::WatchSessionsRequest& request,
                                   const Receiver<v1::WatchSessionsResponse>& receiver) {
  grpc::ClientContext context;
  AddToken(options_, context);
  const auto reader = stubs_->control.WatchSessions(&context, request);
  return ReadAll("WatchSessions", context, *reader, receiver);
}

absl::Status Client::WatchStats(const v1::WatchStatsRequest& request,
                                const Receiver<v1::WatchStatsResponse>& receiver) {
  grpc::ClientContext context;
  AddToken(options_, context);
  const auto reader = stubs_->control.WatchStats(&context, request);
  return ReadAll("WatchStats", context, *reader, receiver);
}

absl::Status Client::ReceiveMessages(const std::string& group,
                                     const Receiver<v1::ReceiveMessagesResponse>& receiver) {
  grpc::ClientContext context;
  AddToken(options_, context);
  const auto stream = stubs_->control.ReceiveMessages(&context);
  v1::ReceiveMessagesRequest request;
  request.mutable_start()->set_group(group);
  stream->Write(request);  // Where it fails, Read() does too, and Finish() knows why.
  v1::ReceiveMessagesResponse response;
  while (stream->Read(&response)) {
    const bool more = receiver(response);
    request.mutable_ack()->set_number(response.number());
    stream->Write(request);
    if (more) continue;
    stream->WritesDone();  // Not cancelled: that could overtake the acknowledgement.
    while (stream->Read(&response)) {
    }
    break;
  }
  return ToStatus("ReceiveMessages", stream->Finish());
}

}  // namespace wsgate::client
