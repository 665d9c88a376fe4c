// WatchSessions streams that read as fast as they can.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <cstdint>
#include <deque>

#include "clients/loadgen/open_calls.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate::loadgen {

// Flow:    wsgate.v1.ControlService → WatchLoad → counters.
// Owner:   the scenario; its destructor cancels the streams.
// Threads: gRPC's read; the rest is the scenario's.
// Bounds:  one response a stream.
class WatchLoad {
 public:
  // Returns when each of `streams` watches. `quiet`: a user who never comes, else everybody.
  WatchLoad(v1::ControlService::Stub& stub, uint32_t streams, bool quiet);
  ~WatchLoad();

  // Events that all of them together were shown. The program ends where one misses an event.
  uint64_t events() const { return events_.load(std::memory_order_relaxed); }
  uint32_t streams() const { return static_cast<uint32_t>(watchers_.size()); }

 private:
  class Watcher final : public grpc::ClientReadReactor<v1::WatchSessionsResponse> {
   public:
    Watcher(WatchLoad& load, bool quiet);
    void Start(v1::ControlService::Stub& stub);
    void Cancel() { context_.TryCancel(); }

   private:
    void OnReadInitialMetadataDone(bool ok) override;
    void OnReadDone(bool ok) override;
    void OnDone(const grpc::Status& status) override;

    WatchLoad& load_;
    grpc::ClientContext context_;
    v1::WatchSessionsRequest request_;
    v1::WatchSessionsResponse response_;
    uint64_t number_ = 0;
  };

  std::atomic<uint64_t> events_ = 0;
  std::atomic<bool> stopping_ = false;
  OpenCalls starting_;
  OpenCalls open_;
  std::deque<Watcher> watchers_;
};

}  // namespace wsgate::loadgen
