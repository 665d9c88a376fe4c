// Broadcasts and sends through the control API, by gRPC's callback stubs.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

#include "clients/loadgen/control.h"
#include "clients/loadgen/open_calls.h"
#include "gateway/base/mutex.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate::loadgen {

// Flow:    scenario → GrpcControl → wsgate.v1.ControlService; answers on gRPC's threads.
// Owner:   the scenario; its destructor waits for every answer.
// Threads: any.
// Bounds:  one channel; a call is one heap object until it is answered.
class GrpcControl final : public Control {
 public:
  GrpcControl(const Options& options, Swarm& swarm);
  ~GrpcControl() override;

  void StartBroadcasts(const std::string& text, uint32_t count) override;
  // Starts one SendToUser; its latency, call to answer, is kept.
  void StartSend(const std::string& user_id, const std::string& text);

  // Nanoseconds from the call to its answer, of every StartSend() answered since this was asked
  // last.
  std::vector<uint64_t> TakeLatencies();
  uint64_t sends_started() const { return sends_started_.load(std::memory_order_acquire); }
  uint64_t sends_answered() const { return sends_answered_.load(std::memory_order_acquire); }

  v1::ControlService::Stub& stub() { return *stub_; }

 private:
  Swarm& swarm_;
  std::unique_ptr<v1::ControlService::Stub> stub_;
  OpenCalls open_calls_;
  std::atomic<uint64_t> sends_started_ = 0;
  std::atomic<uint64_t> sends_answered_ = 0;
  Mutex mutex_;
  std::vector<uint64_t> latencies_ ABSL_GUARDED_BY(mutex_);
};

// A channel to `address` that is connected; ends the program where nobody listens.
std::shared_ptr<grpc::Channel> ConnectedChannel(const std::string& address);

}  // namespace wsgate::loadgen
