// What the gateway's process uses during a run.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

// Flow:    AddPoint() while sessions connect; StartCpu() and StopCpu() around what is driven.
// Owner:   RunLoad().
// Threads: one.
// Bounds:  one memory point for each twentieth of the sessions.
class ServerAccount {
 public:
  // `pid` 0: nobody is measured. Whose figures cannot be read is not measured either.
  ServerAccount(pid_t pid, uint32_t sessions);

  // Measures if enough more are open, or if it is the `last` point.
  void AddPoint(uint64_t open, bool last = false);
  void StartCpu();
  void StopCpu();

  // `delivered` messages in the time that was measured.
  Json Report(uint64_t delivered) const;

 private:
  pid_t pid_;
  uint64_t step_;
  uint64_t next_ = 0;
  std::vector<MemoryPoint> resident_;
  std::vector<MemoryPoint> anonymous_;
  CpuSample before_;
  std::optional<CpuSample> used_;
  Time started_;
  double seconds_ = 0;
};

}  // namespace wsgate::loadgen
