// A ReceiveMessages stream that checks what the run's own clients say.
#pragma once

#include <grpcpp/client_context.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "clients/loadgen/run/latencies.h"
#include "clients/loadgen/run/run_options.h"
#include "clients/loadgen/run/sequence_checker.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate::loadgen {

// Flow:    ReceiveMessages → Take() → checkers and latencies; acknowledgements go back.
// Owner:   RunLoad(); its destructor cancels the stream and waits for its end.
// Threads: any; gRPC's reactions are ordered by the mutex.
// Bounds:  a checker for each session; one read and one write under way.
class Inbox final
    : private grpc::ClientBidiReactor<v1::ReceiveMessagesRequest, v1::ReceiveMessagesResponse> {
 public:
  Inbox(v1::ControlService::Stub& stub, const RunOptions& options);
  ~Inbox() override;

  // Waits until the gateway has taken the stream in; returns why it did not, or OK.
  grpc::Status WaitTakenIn();
  // Waits until every session's messages have come, at most so long. `said` is by session, -1 for
  // one that nobody can know of. Returns how many are missing.
  uint64_t WaitFor(const std::vector<int64_t>& said, Duration time);

  Arrivals arrivals() const;
  Latencies latencies() const;
  uint64_t others() const;
  // Why the stream ended before it was cancelled; empty while it has not.
  std::string Ended() const;

 private:
  void OnReadInitialMetadataDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  // With the mutex held.
  void Take();
  void Acknowledge();
  uint64_t Missing(const std::vector<int64_t>& said) const;

  const uint32_t run_;
  grpc::ClientContext context_;
  v1::ReceiveMessagesRequest request_;
  v1::ReceiveMessagesResponse response_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool taken_in_ = false;
  bool done_ = false;
  bool cancelled_ = false;
  bool writing_ = true;  // The start.
  uint64_t acknowledged_ = 0;
  uint64_t number_ = 0;
  grpc::Status ended_;  // Once it is done.
  std::vector<SequenceChecker> checkers_;
  Arrivals arrivals_;
  Latencies latencies_;
  uint64_t others_ = 0;
};

}  // namespace wsgate::loadgen
