#include "gateway/metrics/collector.h"

#include <utility>

namespace wsgate {

Collector::Collector(std::vector<const ShardStats*> shards, const NodeStats* node,
                     std::string node_id)
    : shards_(std::move(shards)),
      node_(node),
      node_id_(std::move(node_id)),
      start_time_us_(ProcessStartMicros()) {}

StatsSnapshot Collector::Collect(Time now) const {
  StatsSnapshot snapshot;
  snapshot.node_id = node_id_;
  snapshot.version = WSGATE_VERSION;
  snapshot.start_time_us = start_time_us_;
  snapshot.shards.reserve(shards_.size());
  for (const ShardStats* shard : shards_) {
    snapshot.shards.push_back(ReadStats(*shard, now));
    snapshot.total += snapshot.shards.back();
  }
  snapshot.node = ReadStats(*node_);
  for (size_t i = 0; i < snapshot.node.inbound_dropped.size(); ++i) {
    snapshot.total.inbound_dropped.cells[i] += snapshot.node.inbound_dropped[i];
  }
  snapshot.process = ReadProcess();
  return snapshot;
}

}  // namespace wsgate
