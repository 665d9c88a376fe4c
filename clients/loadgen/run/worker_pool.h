// The processes that hold a run's sessions, as the run sees them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "clients/loadgen/run/line_pipe.h"
#include "clients/loadgen/run/run_options.h"
#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

// What all workers have told so far.
struct PoolCounts {
  uint64_t opened = 0;
  uint64_t not_opened = 0;  // Refused or failed.
  uint64_t ended = 0;
  uint64_t received = 0;
  uint64_t said = 0;
};

// Flow:    Run → commands → workers; their lines → counts and results.
// Owner:   RunLoad().
// Threads: one; made before any thread and before gRPC, since it forks.
// Bounds:  options.processes children, each with one pipe.
class WorkerPool {
 public:
  explicit WorkerPool(const RunOptions& options);
  // Ends the workers and waits for them.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void Tell(const Json& line);
  // Reads what workers say, waiting up to `time` for something. Ends the program where a worker has
  // ended by itself, which has said why.
  void Poll(Duration time);

  PoolCounts Counts() const;
  // Whether every worker's sessions are open, were refused or failed.
  bool AllConnected() const;
  bool AllFinished() const;
  // One for each worker, in the order of their sessions, once AllFinished().
  std::vector<Json> Results() const;

 private:
  struct Member {
    pid_t pid = 0;
    LinePipe pipe;
    PoolCounts counts;
    bool connected = false;
    Json result;  // Null until it has come.
  };

  void Fork(const RunOptions& options, uint32_t number);
  static void Take(Member& member, const Json& line);

  std::vector<Member> members_;
};

}  // namespace wsgate::loadgen
