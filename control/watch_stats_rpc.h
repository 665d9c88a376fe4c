// WatchStats.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>

#include "control/authorizer.h"
#include "control/open_streams.h"
#include "gateway/base/clock.h"
#include "gateway/metrics/collector.h"
#include "gateway/metrics/node_stats.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Opens streams; each shows the newest figures once an interval, or less often where its caller
// reads slowly.
// Flow:    an alarm of gRPC's → stream: Collector → gRPC.
// Owner:   ControlService.
// Threads: any; shards are never asked.
// Bounds:  kStreamsMax streams, one response each.
class WatchStatsRpc {
 public:
  static constexpr size_t kStreamsMax = 256;
  static constexpr Duration kIntervalDefault = std::chrono::seconds(1);
  static constexpr Duration kIntervalMin = std::chrono::milliseconds(100);
  static constexpr Duration kIntervalMax = std::chrono::hours(1);

  WatchStatsRpc(const Collector& collector, OpenStreams& streams, NodeStats& stats)
      : collector_(collector), streams_(streams), stats_(stats) {}

  grpc::ServerWriteReactor<v1::WatchStatsResponse>* WatchStats(grpc::CallbackServerContext* context,
                                                               const v1::WatchStatsRequest* request,
                                                               StreamGrant grant = {});

 private:
  const Collector& collector_;
  OpenStreams& streams_;
  NodeStats& stats_;
  std::atomic<size_t> open_{0};
};

}  // namespace wsgate
