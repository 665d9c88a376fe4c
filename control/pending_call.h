// A unary call that somebody still has to answer.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <utility>

#include "control/status.h"
#include "gateway/metrics/node_stats.h"

namespace wsgate {

// Flow:    handler → router's `done` → completion thread, which answers.
// Owner:   whoever answers; move-only. Dropped unanswered, it answers UNAVAILABLE: a call that is
// never finished would
//          keep the server from stopping, one finished twice would abort it.
// Threads: one at a time.
// Bounds:  as many as the server lets calls in.
class PendingCall {
 public:
  PendingCall(grpc::ServerUnaryReactor* reactor, NodeStats& stats, ControlRpc rpc)
      : reactor_(reactor), stats_(&stats), rpc_(rpc) {
    stats.RpcStarted(rpc);
  }
  PendingCall(PendingCall&& other) noexcept
      : reactor_(std::exchange(other.reactor_, nullptr)), stats_(other.stats_), rpc_(other.rpc_) {}
  PendingCall& operator=(PendingCall&&) = delete;
  ~PendingCall() {
    if (reactor_ != nullptr) {
      Fail(MakeStatus(Reason::kStopping, "the gateway stopped before it could answer"));
    }
  }

  // The response is filled.
  void Complete() { Finish(grpc::Status()); }
  void Fail(grpc::Status status) { Finish(std::move(status)); }

 private:
  void Finish(grpc::Status status) {
    grpc::ServerUnaryReactor* const reactor = std::exchange(reactor_, nullptr);
    if (reactor == nullptr) return;
    stats_->RpcHandled(rpc_, status.error_code());
    reactor->Finish(std::move(status));
  }

  grpc::ServerUnaryReactor* reactor_;
  NodeStats* stats_;
  ControlRpc rpc_;
};

}  // namespace wsgate
