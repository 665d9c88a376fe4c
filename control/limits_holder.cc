#include "control/limits_holder.h"

#include <memory>
#include <utility>

namespace wsgate {
namespace {

LimitsPtr Resolved(Limits limits, uint64_t open_file_limit) {
  limits.sessions_per_node_max = ResolveSessionsPerNodeMax(limits, open_file_limit);
  return std::make_shared<const Limits>(limits);
}

}  // namespace

LimitsHolder::LimitsHolder(const Limits& limits, uint64_t open_file_limit, Apply apply)
    : open_file_limit_(open_file_limit),
      send_bytes_max_(limits.send_bytes_max),
      apply_(std::move(apply)),
      current_(Resolved(limits, open_file_limit)) {}

LimitsPtr LimitsHolder::Current() const {
  MutexLock lock(mutex_);
  return current_;
}

std::vector<FieldError> LimitsHolder::Change(absl::FunctionRef<bool(Limits&)> merge, Done done) {
  MutexLock lock(mutex_);  // Held while it is handed out, so that shards see changes in order.
  Limits limits = *current_;
  const bool merged = merge(limits);
  std::vector<FieldError> errors = CheckLimits(limits, open_file_limit_);
  if (!merged || !errors.empty()) return errors;
  current_ = Resolved(limits, open_file_limit_);
  send_bytes_max_.store(limits.send_bytes_max, std::memory_order_relaxed);
  apply_(current_, std::move(done));
  return {};
}

}  // namespace wsgate
