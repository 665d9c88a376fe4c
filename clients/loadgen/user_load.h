// SendToUser without a pause: a fixed number of calls in flight, to users in turn.
#pragma once

#include <grpcpp/client_context.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/loadgen/open_calls.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate::loadgen {

// Flow:    scenario → UserLoad → wsgate.v1.ControlService; each answer starts the next call.
// Owner:   the scenario; Stop() before it dies.
// Threads: Start() and Stop() by the scenario's; calls are started where the one before was
// answered. Bounds:  `in_flight` calls, each with its request, made once.
class UserLoad {
 public:
  // Users are u0, u1, ... below `users`.
  UserLoad(v1::ControlService::Stub& stub, uint32_t users, uint32_t in_flight,
           const std::string& text);

  void Start();
  // Starts no more calls; returns when the last is answered.
  void Stop();

  // Calls answered OK with `queued: 1`, and others.
  uint64_t completed() const { return completed_.load(std::memory_order_relaxed); }
  uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }
  // Nanoseconds, call to answer, of all calls. After Stop() only.
  std::vector<uint64_t> Latencies() const;

 private:
  struct Slot {
    std::optional<grpc::ClientContext> context;
    v1::SendToUserRequest request;
    v1::SendToUserResponse response;
    uint64_t start_ns = 0;
    std::vector<uint64_t> latencies;
  };

  void Call(Slot& slot);
  void OnAnswer(Slot& slot, const grpc::Status& status);

  v1::ControlService::Stub& stub_;
  const uint32_t users_;
  std::vector<Slot> slots_;
  std::atomic<bool> stopping_ = false;
  std::atomic<uint64_t> next_user_ = 0;
  std::atomic<uint64_t> completed_ = 0;
  std::atomic<uint64_t> failed_ = 0;
  OpenCalls busy_slots_;
};

}  // namespace wsgate::loadgen
