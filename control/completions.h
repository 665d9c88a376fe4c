// The threads on which calls are answered.
#pragma once

#include <condition_variable>
#include <thread>

#include "gateway/base/mutex.h"
#include "gateway/message/completion.h"

namespace wsgate {

// Two lanes, each with a thread of its own. Where all cores are busy, the patient lane's thread
// does not interrupt whoever wakes it, and so finds more work in one go; where a core is free, it
// runs at once.
//
// Flow:    shards, once a turn → Post() → a thread here → Completion::Run() → gRPC.
// Owner:   App; outlives shards and the control server.
// Threads: Post() from any, Stop() from the owner's. Posting is, for each lane concerned, one lock,
// a swap and, only when its thread sleeps, one wake-up. What one thread posts to a lane runs in
// that order.
// Bounds:  by those who post: a completion belongs to an open call, a full mailbox opens none.
class Completions final : public CompletionQueue {
 public:
  ~Completions() override { Stop(); }

  void Post(CompletionBatch& batch) override;

  // Runs everything that is left, then ends the threads. What is posted later runs at once on the
  // thread that posts it: nobody stays unanswered.
  void Stop();

 private:
  class Lane {
   public:
    explicit Lane(Patience patience);

    // Takes all of `batch` and leaves it empty.
    void Post(CompletionBatch& batch);
    void Stop();

   private:
    void Work();

    Mutex mutex_;
    std::condition_variable wake_;
    CompletionBatch waiting_ ABSL_GUARDED_BY(mutex_);
    bool sleeping_ ABSL_GUARDED_BY(mutex_) = false;  // And nobody has woken it yet.
    bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
    std::thread thread_;
  };

  Lane prompt_{Patience::kPrompt};
  Lane patient_{Patience::kPatient};
};

}  // namespace wsgate
