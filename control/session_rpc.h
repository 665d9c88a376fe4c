// GetSession, ListSessions, GetUserStatus, Disconnect.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <string_view>

#include "control/pending_call.h"
#include "gateway/fanout/router.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Flow:    gRPC thread: parse → Router → shards → completion thread: fill, finish.
// Owner:   ControlService.
// Threads: any; never blocks.
// Bounds:  1,000 sessions a page, 10,000 users a call.
class SessionRpc {
 public:
  SessionRpc(Router& router, NodeStats& stats) : router_(router), stats_(stats) {}

  grpc::ServerUnaryReactor* GetSession(grpc::CallbackServerContext* context,
                                       const v1::GetSessionRequest* request,
                                       v1::GetSessionResponse* response,
                                       std::string_view tenant = {});
  grpc::ServerUnaryReactor* ListSessions(grpc::CallbackServerContext* context,
                                         const v1::ListSessionsRequest* request,
                                         v1::ListSessionsResponse* response,
                                         std::string_view tenant = {});
  grpc::ServerUnaryReactor* GetUserStatus(grpc::CallbackServerContext* context,
                                          const v1::GetUserStatusRequest* request,
                                          v1::GetUserStatusResponse* response);
  grpc::ServerUnaryReactor* Disconnect(grpc::CallbackServerContext* context,
                                       const v1::DisconnectRequest* request,
                                       v1::DisconnectResponse* response,
                                       std::string_view tenant = {});

 private:
  Router& router_;
  NodeStats& stats_;
};

}  // namespace wsgate
