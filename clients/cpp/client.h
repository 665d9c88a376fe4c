// wsgate's control API for C++ programs: one call a function, absl::StatusOr for its result.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/client_options.h"
#include "grpc/health/v1/health.pb.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate::client {

// What takes a stream's messages, one after the other; false ends the stream.
template <class Response>
using Receiver = std::function<bool(const Response&)>;

// Flow:    program → Client → wsgate.v1.ControlService.
// Owner:   the program; it outlives its calls.
// Threads: any; each call blocks the thread that makes it.
// Bounds:  one connection; a call ends at `timeout`, a stream when its receiver, the gateway or the
//          connection ends it.
//
// Errors: the gateway's own code and message; DetailsOf() (error.h) has reason, bad fields and when
// to try again. Without a connection: Unavailable. No answer in time: DeadlineExceeded, and nobody
// knows whether the gateway carried the call out.
class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  absl::StatusOr<v1::SendToUserResponse> SendToUser(const v1::SendToUserRequest& request);
  absl::StatusOr<v1::SendToUsersResponse> SendToUsers(const v1::SendToUsersRequest& request);
  absl::StatusOr<v1::SendToSessionResponse> SendToSession(const v1::SendToSessionRequest& request);
  absl::StatusOr<v1::BroadcastResponse> Broadcast(const v1::BroadcastRequest& request);

  absl::StatusOr<v1::GetSessionResponse> GetSession(const v1::GetSessionRequest& request);
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(const v1::ListSessionsRequest& request);
  absl::StatusOr<v1::GetUserStatusResponse> GetUserStatus(const v1::GetUserStatusRequest& request);
  absl::StatusOr<v1::DisconnectResponse> Disconnect(const v1::DisconnectRequest& request);
  absl::StatusOr<v1::RevokeResponse> Revoke(const v1::RevokeRequest& request);

  absl::StatusOr<v1::GetStatsResponse> GetStats();
  absl::StatusOr<v1::GetLimitsResponse> GetLimits();
  absl::StatusOr<v1::SetLimitsResponse> SetLimits(const v1::SetLimitsRequest& request);
  absl::StatusOr<v1::DrainResponse> Drain();
  absl::StatusOr<grpc::health::v1::HealthCheckResponse> CheckHealth();

  // The streams return OK where `receiver` ended them or the gateway did so in peace.
  absl::Status WatchSessions(const v1::WatchSessionsRequest& request,
                             const Receiver<v1::WatchSessionsResponse>& receiver);
  absl::Status WatchStats(const v1::WatchStatsRequest& request,
                          const Receiver<v1::WatchStatsResponse>& receiver);
  // Each message is acknowledged once `receiver` has returned; also the last.
  absl::Status ReceiveMessages(const std::string& group,
                               const Receiver<v1::ReceiveMessagesResponse>& receiver);

 private:
  struct Stubs;  // What needs gRPC's headers, which are slow to compile.

  ClientOptions options_;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace wsgate::client
