// Revoke.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "control/pending_call.h"
#include "control/status.h"
#include "gateway/fanout/router.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// `now_us`: since 1970. Only of use while `bad` is empty.
[[nodiscard]] TokenRevocation ParseRevocation(const v1::RevokeRequest& request, int64_t now_us,
                                              BadFields& bad);

// Flow:    gRPC thread: parse → Router → shards → completion thread: finish.
// Owner:   ControlService.
// Threads: any; never blocks.
// Bounds:  as many revocations as the router remembers.
class RevokeRpc {
 public:
  RevokeRpc(Router& router, NodeStats& stats) : router_(router), stats_(stats) {}

  grpc::ServerUnaryReactor* Revoke(grpc::CallbackServerContext* context,
                                   const v1::RevokeRequest* request, v1::RevokeResponse* response);

 private:
  Router& router_;
  NodeStats& stats_;
};

}  // namespace wsgate
