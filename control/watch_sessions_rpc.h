// WatchSessions.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "control/authorizer.h"
#include "control/open_streams.h"
#include "control/watch_hub.h"
#include "gateway/fanout/router.h"
#include "gateway/metrics/node_stats.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Opens streams; each is one watcher of the hub and lives until gRPC is done with it.
// Flow:    Router → a snapshot's pages → stream; WatchHub → what happened → stream → gRPC.
// Owner:   ControlService.
// Threads: any; never blocks.
// Bounds:  the hub's watchers; a page of a snapshot and one response a stream.
class WatchSessionsRpc {
 public:
  WatchSessionsRpc(Router& router, WatchHub& hub, OpenStreams& streams, NodeStats& stats)
      : router_(router), hub_(hub), streams_(streams), stats_(stats) {}

  grpc::ServerWriteReactor<v1::WatchSessionsResponse>* WatchSessions(
      grpc::CallbackServerContext* context, const v1::WatchSessionsRequest* request,
      StreamGrant grant = {});

 private:
  Router& router_;
  WatchHub& hub_;
  OpenStreams& streams_;
  NodeStats& stats_;
};

}  // namespace wsgate
