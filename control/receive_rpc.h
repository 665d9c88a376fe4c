// ReceiveMessages.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "control/authorizer.h"
#include "control/message_hub.h"
#include "gateway/metrics/node_stats.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Opens streams; each is one consumer of the hub and lives until gRPC is done with it.
// Flow:    gRPC → stream → MessageHub; MessageHub → wake-up → stream → gRPC.
// Owner:   ControlService.
// Threads: any; never blocks.
// Bounds:  MessageHub::kStreamsMax streams.
class ReceiveRpc {
 public:
  // `hooked`: OnMessage gets what clients say, so every stream is refused.
  ReceiveRpc(MessageHub& hub, NodeStats& stats, bool hooked)
      : hub_(hub), stats_(stats), hooked_(hooked) {}

  grpc::ServerBidiReactor<v1::ReceiveMessagesRequest, v1::ReceiveMessagesResponse>* ReceiveMessages(
      grpc::CallbackServerContext* context, StreamGrant grant = {});

 private:
  MessageHub& hub_;
  NodeStats& stats_;
  const bool hooked_;
};

}  // namespace wsgate
