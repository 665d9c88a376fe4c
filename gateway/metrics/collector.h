// The one snapshot of a node's figures that GetStats and /metrics show.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/metrics/process_stats.h"
#include "gateway/metrics/shard_stats.h"

namespace wsgate {

// Threads: a value.
struct StatsSnapshot {
  std::string node_id;
  std::string version;
  int64_t start_time_us = 0;  // Wall clock, when the process started.
  StatsValues total;          // The shards' sum, and in inbound_dropped the node's share too.
  std::vector<StatsValues> shards;
  NodeValues node;
  ProcessValues process;
};

// Flow:    ShardStats of every shard, NodeStats → Collect() → control's GetStats, /metrics.
// Owner:   App; the stats must outlive it.
// Threads: any; shards are never asked, their cells are read where they are.
// Bounds:  a snapshot is about 13 KB for each shard.
class Collector {
 public:
  Collector(std::vector<const ShardStats*> shards, const NodeStats* node, std::string node_id);

  // Latencies are those of the minute that ends at `now`.
  [[nodiscard]] StatsSnapshot Collect(Time now = SteadyNow()) const;

 private:
  const std::vector<const ShardStats*> shards_;
  const NodeStats* const node_;
  const std::string node_id_;
  const int64_t start_time_us_;
};

}  // namespace wsgate
