// The limits in force and the one way to change them.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/config/limits.h"

namespace wsgate {

// Flow:    SetLimits, SIGHUP → Change() → every shard.
// Owner:   App; outlives control.
// Threads: any. Changes happen one after the other and reach every shard in that order.
// Bounds:  one snapshot, and the older ones that somebody still reads.
class LimitsHolder {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<LimitsPtr>)>;
  // Hands a snapshot to all shards without blocking, in the order of its calls:
  // Router::SetLimits().
  using Apply = absl::AnyInvocable<void(LimitsPtr, Done)>;

  // `limits` are checked already. A node cap of 0 is replaced by what the open-file limit allows,
  // here and later.
  LimitsHolder(const Limits& limits, uint64_t open_file_limit, Apply apply);

  [[nodiscard]] LimitsPtr Current() const;
  // Current()->send_bytes_max, for every send.
  [[nodiscard]] uint64_t send_bytes_max() const {
    return send_bytes_max_.load(std::memory_order_relaxed);
  }

  // Lets `merge` change a copy, checks it and hands it out; `done` runs when every shard has it.
  // Returns what is wrong with it. Where something is, or where `merge` says false, nothing has
  // changed and `done` does not run.
  [[nodiscard]] std::vector<FieldError> Change(absl::FunctionRef<bool(Limits&)> merge, Done done);

 private:
  const uint64_t open_file_limit_;
  std::atomic<uint64_t> send_bytes_max_;
  mutable Mutex mutex_;
  Apply apply_ ABSL_GUARDED_BY(mutex_);
  LimitsPtr current_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wsgate
