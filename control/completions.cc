#include "control/completions.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wsgate {
namespace {

void RunAll(CompletionBatch& batch) {
  for (CompletionPtr& completion : batch) {
    completion->Run();
    completion.reset();  // Here, not at the end of the batch: it holds a payload.
  }
  batch.clear();
}

}  // namespace

Completions::Completions(size_t threads) : thread_count_(threads) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

void Completions::Post(CompletionBatch& batch) {
  if (batch.empty()) return;
  bool wake = false;
  {
    MutexLock lock(mutex_);
    if (!stopped_) {
      if (waiting_.empty()) {
        waiting_.swap(batch);  // The shard gets the other vector's capacity back.
      } else {
        std::move(batch.begin(), batch.end(), std::back_inserter(waiting_));
      }
      if (sleeping_ > 0) {
        --sleeping_;
        wake = true;
      }
      batch.clear();
    }
  }
  if (wake) wake_.notify_one();
  RunAll(batch);
}

// Not checked by the analysis: it does not know std::unique_lock.
void Completions::Work() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  CompletionBatch batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_.native());
      while (waiting_.empty() && !stopped_) {
        sleeping_ = std::min(sleeping_ + 1, thread_count_);
        wake_.wait(lock);
      }
      if (waiting_.empty()) return;
      batch.swap(waiting_);
    }
    RunAll(batch);
  }
}

void Completions::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace wsgate
