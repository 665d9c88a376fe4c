// Asks a shard a question by its control lane.
#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include "gateway/message/completion.h"
#include "gateway/shard/command.h"
#include "gateway/shard/shard_set.h"

namespace wsgate {

// Posts `command` to one shard; where the lane is full, its ticket is refused here. Threads: any;
// never blocks.
template <class Command>
void PostOrRefuse(ShardSet& shards, CompletionQueue& completions, uint32_t shard, Command command) {
  ControlCommand posted(std::move(command));
  if (shards.TryPost(shard, posted)) return;
  CompletionBatch batch;
  std::get<Command>(posted).ticket.Refuse(batch);
  if (!batch.empty()) completions.Post(batch);
}

}  // namespace wsgate
