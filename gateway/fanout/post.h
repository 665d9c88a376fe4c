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
  if (shards.TryPost(shard, std::move(posted))) return;
  CompletionBatch batch;
  // A full lane leaves the command where it was.
  Command& refused = std::get<Command>(posted);  // NOLINT(bugprone-use-after-move)
  refused.ticket.Refuse(batch);
  if (!batch.empty()) completions.Post(batch);
}

}  // namespace wsgate
