// How broadcasts are asked for: over gRPC, or as HTTP bodies from servers that have no gRPC.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "clients/loadgen/options.h"
#include "clients/loadgen/swarm.h"

namespace wsgate::loadgen {

// Flow:    scenario → Control → server.
// Owner:   the scenario; dies before the swarm.
// Threads: the swarm's; answers come on any.
// Bounds:  what the scenario starts and has not seen answered.
class Control {
 public:
  virtual ~Control() = default;

  // Starts `count` broadcasts of `text` at once and returns. Each answer counts and pokes the
  // swarm.
  virtual void StartBroadcasts(const std::string& text, uint32_t count) = 0;

  uint64_t answered() const { return answered_.load(std::memory_order_acquire); }
  // Sessions that the answers said were queued to; a server without outcomes leaves it 0.
  uint64_t queued() const { return queued_.load(std::memory_order_relaxed); }

 protected:
  std::atomic<uint64_t> answered_ = 0;
  std::atomic<uint64_t> queued_ = 0;
};

std::unique_ptr<Control> MakeControl(const Options& options, Swarm& swarm);

}  // namespace wsgate::loadgen
