#include "control/drain_rpc.h"

#include <algorithm>

namespace wsgate {

grpc::ServerUnaryReactor* DrainRpc::Drain(grpc::CallbackServerContext* context,
                                          v1::DrainResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kDrain);
  const int64_t sessions = collector_.Collect().total.sessions;
  response->set_sessions(static_cast<uint64_t>(std::max<int64_t>(sessions, 0)));
  begin_drain_();
  call.Complete();
  return reactor;
}

}  // namespace wsgate
