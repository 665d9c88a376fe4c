// Makes calls of JSON into calls of gRPC.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "control/connect_head.h"
#include "control/work_thread.h"

namespace wsgate {

// What a request of the control API may have: the largest payload and what is around it.
inline constexpr int kRequestBytesMax = (64 << 20) + (64 << 10);

// Each is an ordinary call through the control server's own channel, with the caller's
// `authorization` and deadline: who may call, what is counted and every limit are the same as over
// the control port, because they are the same code.
//
// Flow:    AdminServer → Call() → JSON to protobuf → gRPC → ControlService, and back.
// Owner:   ControlServer.
// Threads: Call() and Stop() from any, neither blocks. JSON is read and written on a thread of its
//          own: 64 MiB of it take a second or two. `done` runs on that thread, or within Call().
// Bounds:  by the caller, who bounds calls and bodies.
class ConnectCalls {
 public:
  using Done = absl::AnyInvocable<void(HttpAnswer)>;

  // Also for callers that ask for more: what a call holds must come free.
  static constexpr Duration kTimeoutMax = std::chrono::seconds(60);

  // `channel` leads to a server with ControlService.
  explicit ConnectCalls(const std::shared_ptr<grpc::Channel>& channel);

  // `done` is told exactly once. Errors: as Connect has them.
  void Call(ConnectCall call, std::string body, Done done);

  // Answers later calls with UNAVAILABLE.
  void Stop() { stopped_.store(true, std::memory_order_relaxed); }

 private:
  struct Pending;

  void Start(std::unique_ptr<Pending> pending);

  grpc::TemplatedGenericStub<google::protobuf::Message, google::protobuf::Message> stub_;
  std::atomic<bool> stopped_ = false;
  WorkThread thread_{"control-json"};  // Last: it works on all above.
};

}  // namespace wsgate
