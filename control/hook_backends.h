// The backends of one hook: which of them to call next.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "control/hook_tls.h"
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

  HookBackends(std::vector<std::string> targets, const HookCredentials& credentials);

  // Opens a connection to each anew. Calls under way keep the old one until they end.
  void Connect(const HookCredentials& credentials);

  struct Choice {
    size_t backend;
    std::shared_ptr<v1::HookService::Stub> stub;
  };
  [[nodiscard]] size_t size() const { return targets_.size(); }
  [[nodiscard]] Choice Next(Time now);
  // Could not be reached, or was lost.
  void Failed(size_t backend, Time now);
  void Worked(size_t backend);

 private:
  struct Backend {
    std::shared_ptr<v1::HookService::Stub> stub;
    Time rests_until;
  };

  const std::vector<std::string> targets_;
  Mutex mutex_;
  std::vector<Backend> backends_ ABSL_GUARDED_BY(mutex_);  // One a target.
  size_t last_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace wsgate
