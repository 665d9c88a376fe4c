// A process that holds a share of a run's sessions. It knows nothing of gRPC, so that it can be
// forked and costs little.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "clients/loadgen/run/arrivals_of_sessions.h"
#include "clients/loadgen/run/line_pipe.h"
#include "clients/loadgen/run/rate_clock.h"
#include "clients/loadgen/run/run_options.h"
#include "clients/loadgen/scenario.h"
#include "clients/loadgen/swarm.h"

namespace wsgate::loadgen {

// Sessions `first` and on, `count` of them.
struct Share {
  uint32_t first = 0;
  uint32_t count = 0;
};

// Flow:    lines from the run's process: `connect`, `talk`, `finish` with the totals; lines to it:
// `progress`,
//          `connected`, `result`. The pipe's end ends it.
// Owner:   the forked process.
// Threads: its only one.
// Bounds:  the swarm's, and the checkers of its sessions.
class Worker {
 public:
  Worker(const RunOptions& options, Share share, LinePipe pipe);

  // Returns when the run's process has gone.
  void Run();

 private:
  // Takes what the pipe has.
  void ReadPipe();
  void Connect();
  void Talk();
  void SayOne();
  // `totals` is what was answered as sent, and whether the whole time is `over`.
  void Finish(const Json& totals);
  bool Complete() const;
  // At most ten times a second, unless `at_once`.
  void ShowProgress(bool at_once = false);
  Json Counts() const;
  Json Result() const;

  const RunOptions options_;
  const Share share_;
  LinePipe pipe_;
  std::optional<Json> command_;  // The newest not followed yet; it replaces an older one.
  ArrivalsOfSessions arrivals_;
  Swarm swarm_;
  RateClock talk_;
  std::vector<uint32_t> said_;  // Messages of each session.
  uint32_t next_speaker_ = 0;
  uint64_t unsaid_ = 0;  // That no session could take.
  SentTotals sent_;
  Time shown_;
};

}  // namespace wsgate::loadgen
