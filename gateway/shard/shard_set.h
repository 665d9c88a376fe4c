// All shards of the process, seen from other threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/ids.h"
#include "gateway/shard/shard.h"

namespace wsgate {

// Flow:    Router, net, App → ShardSet → mailboxes.
// Owner:   App.
// Threads: TryPost() and HomeOf() from any between Start() and Clear().
class ShardSet {
 public:
  // Reserves room for `count` shards; Add() makes them.
  explicit ShardSet(uint32_t count) : count_(count) { shards_.reserve(count); }

  void Add(std::unique_ptr<Shard> shard) { shards_.push_back(std::move(shard)); }
  // Once all are added.
  void Start() {
    for (const auto& shard : shards_) shard->Start();
  }
  // Stops every shard, then ends them: none posts to one that is gone.
  void Clear() {
    for (const auto& shard : shards_) shard->Stop();
    shards_.clear();
  }

  [[nodiscard]] uint32_t size() const { return count_; }
  [[nodiscard]] uint32_t HomeOf(std::string_view user_id) const {
    return HomeShard(user_id, count_);
  }

  // False: that shard's lane is full; the command is still the caller's.
  template <class Command>
  [[nodiscard]] bool TryPost(uint32_t shard, Command&& command) {
    return shards_[shard]->mailbox().TryPost(std::forward<Command>(command));
  }

 private:
  const uint32_t count_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace wsgate
