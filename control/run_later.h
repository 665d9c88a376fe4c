// Work that a completion thread takes over from a shard.
#pragma once

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "gateway/message/completion.h"

namespace wsgate {

// Runs `work` once, on a completion thread.   Threads: any; never blocks.
inline void RunLater(CompletionQueue& completions, absl::AnyInvocable<void()> work) {
  class Later final : public Completion {
   public:
    explicit Later(absl::AnyInvocable<void()> work) : work_(std::move(work)) {}
    void Run() override { work_(); }

   private:
    absl::AnyInvocable<void()> work_;
  };
  CompletionBatch batch{std::make_shared<Later>(std::move(work))};
  completions.Post(batch);
}

}  // namespace wsgate
