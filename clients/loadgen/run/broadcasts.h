// Broadcasts to everybody, several under way at once.
#pragma once

#include <bitset>
#include <cstdint>

#include "clients/loadgen/open_calls.h"
#include "clients/loadgen/run/call_tally.h"
#include "clients/loadgen/run/run_options.h"
#include "clients/loadgen/run/sequence_checker.h"
#include "clients/loadgen/run/stamp.h"
#include "gateway/base/mutex.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate::loadgen {

// Flow:    StartOne() → Broadcast → the tally, and how many everybody should have.
// Owner:   RunLoad(), one for each kind.
// Threads: StartOne() from one; answers come on gRPC's.
// Bounds:  from the lowest unanswered number to the newest at most a checker's window. A call has
// 30 s.
class Broadcasts {
 public:
  Broadcasts(v1::ControlService::Stub& stub, const RunOptions& options, Kind kind);
  ~Broadcasts() { WaitAnswered(); }

  // False: too many calls are open.
  bool StartOne();
  void WaitAnswered() { open_calls_.WaitNone(); }

  CallTally Tally() const;
  // Broadcasts answered as sent. After WaitAnswered().
  uint32_t sent() const;

 private:
  struct Call;

  void OnAnswer(const Call& call, const grpc::Status& status);

  v1::ControlService::Stub& stub_;
  const RunOptions& options_;
  const Kind kind_;
  OpenCalls open_calls_;
  mutable Mutex mutex_;
  CallTally tally_ ABSL_GUARDED_BY(mutex_);
  uint32_t sequence_ ABSL_GUARDED_BY(mutex_) = 0;  // The newest number.
  uint32_t settled_ ABSL_GUARDED_BY(mutex_) = 0;   // All up to here are answered.
  uint32_t sent_ ABSL_GUARDED_BY(mutex_) = 0;
  // Which of the numbers behind `settled_` are answered, by their remainder.
  std::bitset<SequenceChecker::kWindow> answered_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wsgate::loadgen
