// The backends of one hook: which of them to call next.
#pragma once

#include <grpcpp/security/credentials.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"
#include "wsgate/v1/hook_service.grpc.pb.h"

namespace wsgate {

// Round-robin over those that are well. One that failed is left out for a little while; where all
// have failed, the one that failed longest ago is tried.
//
// Flow:    HookCaller → Next() → a call → Failed() or Worked().
// Owner:   HookCaller.   Threads: any.
// Bounds:  kTargetsMax backends, a channel each.
class HookBackends {
 public:
  static constexpr Duration kRest = std::chrono::milliseconds(500);

  HookBackends(const std::vector<std::string>& targets,
               const std::shared_ptr<grpc::ChannelCredentials>& credentials);

  [[nodiscard]] size_t size() const { return backends_.size(); }
  [[nodiscard]] size_t Next(Time now);
  // Could not be reached, or was lost.
  void Failed(size_t backend, Time now);
  void Worked(size_t backend);
  [[nodiscard]] v1::HookService::Stub& stub(size_t backend) { return *backends_[backend].stub; }

 private:
  struct Backend {
    std::unique_ptr<v1::HookService::Stub> stub;
    Time rests_until;  // Under the lock.
  };

  std::vector<Backend> backends_;
  Mutex mutex_;
  size_t last_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace wsgate
