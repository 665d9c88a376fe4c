// Drain.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <utility>

#include "control/pending_call.h"
#include "gateway/metrics/collector.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Flow:    gRPC thread → begin_drain → App.
// Owner:   ControlService.
// Threads: any; `begin_drain` too may run on several at once and must not block.
// Bounds:  none of its own.
class DrainRpc {
 public:
  DrainRpc(std::function<void()> begin_drain, const Collector& collector, NodeStats& stats)
      : begin_drain_(std::move(begin_drain)), collector_(collector), stats_(stats) {}

  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* context,
                                  v1::DrainResponse* response);

 private:
  const std::function<void()> begin_drain_;
  const Collector& collector_;
  NodeStats& stats_;
};

}  // namespace wsgate
