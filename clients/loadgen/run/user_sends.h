// SendToUser, to users by chance.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "clients/loadgen/open_calls.h"
#include "clients/loadgen/run/call_tally.h"
#include "clients/loadgen/run/run_options.h"
#include "gateway/base/mutex.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate::loadgen {

// Flow:    StartOne() → SendToUser → the tally, and what the user should have.
// Owner:   RunLoad().
// Threads: StartOne() from one; answers come on gRPC's.
// Bounds:  kInFlightMax calls, one for each user at a time: what one caller awaits has an order
// that can be checked. A call has 30 s.
class UserSends {
 public:
  static constexpr uint32_t kInFlightMax = 512;

  UserSends(v1::ControlService::Stub& stub, const RunOptions& options);
  ~UserSends() { WaitAnswered(); }

  // False: nobody of those looked at is free, or too many calls are open.
  bool StartOne();
  void WaitAnswered() { open_calls_.WaitNone(); }

  CallTally Tally() const;
  // Sends answered as sent, by user. After WaitAnswered().
  std::vector<uint32_t> ToUser() const;

 private:
  struct User {
    uint32_t sequence = 0;  // The newest number.
    uint32_t sent = 0;      // Of them answered as sent.
    bool busy = false;
  };
  struct Call;

  // Somebody without an open call, who is busy from now on; users_.size() where none was found.
  size_t TakeUser() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnAnswer(Call& call, const grpc::Status& status);

  v1::ControlService::Stub& stub_;
  const RunOptions& options_;
  const std::string prefix_;
  std::mt19937_64 random_;
  OpenCalls open_calls_;
  mutable Mutex mutex_;
  std::vector<User> users_ ABSL_GUARDED_BY(mutex_);
  CallTally tally_ ABSL_GUARDED_BY(mutex_);
  uint32_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace wsgate::loadgen
