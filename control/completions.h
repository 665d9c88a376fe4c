// The threads on which calls are answered.
#pragma once

#include <condition_variable>
#include <thread>
#include <vector>

#include "gateway/base/mutex.h"
#include "gateway/message/completion.h"

namespace wsgate {

// Flow:    shards, once a turn → Post() → a thread here → Completion::Run() → gRPC.
// Owner:   App; outlives shards and the control server.
// Threads: Post() from any, Stop() from the owner's. Posting is one lock, a swap and, only when a
// thread sleeps, one
//          wake-up.
// Bounds:  by those who post: a completion belongs to an open call, a full mailbox opens none.
class Completions final : public CompletionQueue {
 public:
  explicit Completions(size_t threads = 1);
  ~Completions() override { Stop(); }

  void Post(CompletionBatch& batch) override;

  // Runs everything that is left, then ends the threads. What is posted later runs at once on the
  // thread that posts it: nobody stays unanswered.
  void Stop();

 private:
  void Work();

  const size_t thread_count_;
  Mutex mutex_;
  std::condition_variable wake_;
  CompletionBatch waiting_ ABSL_GUARDED_BY(mutex_);
  size_t sleeping_ ABSL_GUARDED_BY(mutex_) = 0;  // Threads that nobody has woken yet.
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace wsgate
