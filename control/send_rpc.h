// SendToUser, SendToUsers, SendToSession, Broadcast.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <string_view>

#include "control/limits_holder.h"
#include "control/pending_call.h"
#include "gateway/fanout/router.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Flow:    gRPC thread: parse → Router::Publish() → shards → completion thread: fill, finish.
// Owner:   ControlService.
// Threads: any; never blocks.
// Bounds:  a payload of limits.send_bytes_max a call; what is posted is bounded by the shards'
// mailboxes.
class SendRpc {
 public:
  SendRpc(Router& router, const LimitsHolder& limits, NodeStats& stats)
      : router_(router), limits_(limits), stats_(stats) {}

  grpc::ServerUnaryReactor* SendToUser(grpc::CallbackServerContext* context,
                                       const v1::SendToUserRequest* request,
                                       v1::SendToUserResponse* response,
                                       std::string_view tenant = {});
  grpc::ServerUnaryReactor* SendToUsers(grpc::CallbackServerContext* context,
                                        const v1::SendToUsersRequest* request,
                                        v1::SendToUsersResponse* response,
                                        std::string_view tenant = {});
  grpc::ServerUnaryReactor* SendToSession(grpc::CallbackServerContext* context,
                                          const v1::SendToSessionRequest* request,
                                          v1::SendToSessionResponse* response,
                                          std::string_view tenant = {});
  grpc::ServerUnaryReactor* Broadcast(grpc::CallbackServerContext* context,
                                      const v1::BroadcastRequest* request,
                                      v1::BroadcastResponse* response,
                                      std::string_view tenant = {});

 private:
  // Sends, unless something is bad.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Answer(ControlRpc rpc, grpc::CallbackServerContext* context,
                                   const Request& request, Response* response,
                                   std::string_view tenant);

  Router& router_;
  const LimitsHolder& limits_;
  NodeStats& stats_;
};

}  // namespace wsgate
