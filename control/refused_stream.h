// A stream that was refused before it began.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <utility>

namespace wsgate {

// Flow:    ControlService, ReflectionService → gRPC.
// Owner:   itself, until OnDone().   Threads: gRPC's.   Bounds: nothing is read.
template <class Reactor>
class RefusedStream final : public Reactor {
 public:
  explicit RefusedStream(grpc::Status status) { this->Finish(std::move(status)); }

 private:
  void OnDone() override { delete this; }
};

}  // namespace wsgate
