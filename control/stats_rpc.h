// GetStats.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "control/pending_call.h"
#include "gateway/metrics/collector.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Flow:    gRPC thread: Collector → response.
// Owner:   ControlService.
// Threads: any; shards are never asked.
// Bounds:  one snapshot a call, about 13 KB a shard.
class StatsRpc {
 public:
  StatsRpc(const Collector& collector, NodeStats& stats) : collector_(collector), stats_(stats) {}

  grpc::ServerUnaryReactor* GetStats(grpc::CallbackServerContext* context,
                                     v1::GetStatsResponse* response);

 private:
  const Collector& collector_;
  NodeStats& stats_;
};

}  // namespace wsgate
