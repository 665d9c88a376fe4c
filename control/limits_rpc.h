// GetLimits, SetLimits.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "control/limits_holder.h"
#include "control/pending_call.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Copies the fields that are set; a duration that is none goes to `bad`.
void MergeLimits(const v1::Limits& from, Limits& to, BadFields& bad);

// Flow:    gRPC thread: LimitsHolder → shards → completion thread: fill, finish.
// Owner:   ControlService.
// Threads: any; never blocks.
// Bounds:  none of its own.
class LimitsRpc {
 public:
  LimitsRpc(LimitsHolder& limits, NodeStats& stats) : limits_(limits), stats_(stats) {}

  grpc::ServerUnaryReactor* GetLimits(grpc::CallbackServerContext* context,
                                      v1::GetLimitsResponse* response);
  grpc::ServerUnaryReactor* SetLimits(grpc::CallbackServerContext* context,
                                      const v1::SetLimitsRequest* request,
                                      v1::SetLimitsResponse* response);

 private:
  LimitsHolder& limits_;
  NodeStats& stats_;
};

}  // namespace wsgate
