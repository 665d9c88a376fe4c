// SendStream.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "control/authorizer.h"
#include "control/limits_holder.h"
#include "control/open_streams.h"
#include "gateway/fanout/router.h"
#include "gateway/metrics/node_stats.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Opens streams; each lives until gRPC is done with it and everything that it posted was answered.
// Flow:    gRPC → stream: parse → Router → shards → completion thread → stream: batches → gRPC.
// Owner:   ControlService.
// Threads: any; never blocks.
// Bounds:  1,024 items of together 64 MiB a stream that are not answered yet; then it is not read.
class SendStreamRpc {
 public:
  static constexpr size_t kItemsMax = 1'024;
  static constexpr size_t kItemBytesMax = size_t{64} << 20;

  SendStreamRpc(Router& router, const LimitsHolder& limits, CompletionQueue& completions,
                OpenStreams& streams, NodeStats& stats)
      : router_(router),
        limits_(limits),
        completions_(completions),
        streams_(streams),
        stats_(stats) {}

  grpc::ServerBidiReactor<v1::SendStreamRequest, v1::SendStreamResponse>* SendStream(
      grpc::CallbackServerContext* context, StreamGrant grant = {});

 private:
  Router& router_;
  const LimitsHolder& limits_;
  CompletionQueue& completions_;
  OpenStreams& streams_;
  NodeStats& stats_;
};

}  // namespace wsgate
