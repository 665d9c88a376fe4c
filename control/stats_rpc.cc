#include "control/stats_rpc.h"

#include "control/convert.h"

namespace wsgate {

grpc::ServerUnaryReactor* StatsRpc::GetStats(grpc::CallbackServerContext* context,
                                             v1::GetStatsResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kGetStats);
  Fill(collector_.Collect(), *response);
  call.Complete();
  return reactor;
}

}  // namespace wsgate
