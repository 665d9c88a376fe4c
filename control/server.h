// The control port: ControlService, health and reflection over gRPC.
#pragma once

#include <grpcpp/server.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "control/connect_calls.h"
#include "control/control_service.h"
#include "control/reflection_service.h"

namespace wsgate {

// Flow:    services → gRPC → ControlService.
// Owner:   App; stopped before the shards and the completion threads are.
// Threads: Start() and Stop() from the owner's, SetServing() from any; gRPC has threads of its own.
// Bounds:  1,024 concurrent calls a connection, 64 MiB + 64 KiB a request.
class ControlServer {
 public:
  // Listens on `address` (HOST:PORT, port 0 picks one); health says NOT_SERVING until SetServing().
  // Errors: what is wrong with the port and what to do.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<ControlServer>> Start(
      const std::string& address, const ControlTargets& targets);

  // Stops at once, if Stop() has not been called.
  ~ControlServer();

  [[nodiscard]] const std::string& bound_address() const { return bound_address_; }

  // From now on this server can be called in JSON. Not after Stop(); once.
  [[nodiscard]] ConnectCalls& OpenConnectCalls();

  // What grpc.health.v1.Health says of "" and of wsgate.v1.ControlService. A drain begins with
  // false.
  void SetServing(bool serving);

  // Takes no more calls, tells streams to end, and returns when every open call was answered; those
  // still open after `grace` are cancelled. Shards and completion threads must still run.
  void Stop(std::chrono::milliseconds grace);

 private:
  explicit ControlServer(const ControlTargets& targets);

  MessageHub& hub_;
  ControlService service_;
  ReflectionService reflection_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<ConnectCalls> connect_calls_;  // Goes before the server that it calls. May be
                                                 // null.
  bool stopped_ = false;
  std::string bound_address_;
};

}  // namespace wsgate
