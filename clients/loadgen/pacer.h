// Lets a driver decide when each round starts, so that two servers can be measured round by round
// in turn and whatever else the machine does falls on both.
#pragma once

#include <cstdint>

#include "clients/loadgen/options.h"
#include "clients/loadgen/swarm.h"

namespace wsgate::loadgen {

// Flow:    prints `waiting`, a line; the driver writes a byte to stdin; the round runs; and so on.
// Owner:   the scenario.
// Threads: the swarm's, which goes on answering pings while it waits.
// Bounds:  none of its own.
class Pacer {
 public:
  Pacer(const Options& options, Swarm& swarm);

  // Returns when the next round may start: at once unless --paced.
  void Wait();

 private:
  void OnReadable();

  const bool paced_;
  Swarm& swarm_;
  uint32_t allowed_ = 0;
};

}  // namespace wsgate::loadgen
