#include "control/completions.h"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/base/batch_thread.h"

namespace wsgate {
namespace {

void RunAll(CompletionBatch& batch) {
  for (CompletionPtr& completion : batch) {
    completion->Run();
    completion.reset();  // Here, not at the end of the batch: it holds a payload.
  }
  batch.clear();
}

bool IsPatient(const CompletionPtr& completion) {
  return completion->patience() == Patience::kPatient;
}

}  // namespace

void Completions::Post(CompletionBatch& batch) {
  if (batch.empty()) return;
  const auto first = std::find_if(batch.begin(), batch.end(), IsPatient);
  if (first == batch.end()) return prompt_.Post(batch);
  if (first == batch.begin() && std::all_of(first, batch.end(), IsPatient)) {
    return patient_.Post(batch);
  }
  const auto patient = std::stable_partition(
      first, batch.end(), [](const CompletionPtr& completion) { return !IsPatient(completion); });
  CompletionBatch later(std::make_move_iterator(patient), std::make_move_iterator(batch.end()));
  batch.erase(patient, batch.end());
  prompt_.Post(batch);
  patient_.Post(later);
}

void Completions::Stop() {
  prompt_.Stop();
  patient_.Stop();
}

Completions::Lane::Lane(Patience patience) : thread_([this] { Work(); }) {
  const bool patient = patience == Patience::kPatient;
  pthread_setname_np(thread_.native_handle(), patient ? "stream-answers" : "answers");
  if (patient) MakeBatchThread(thread_);
}

void Completions::Lane::Post(CompletionBatch& batch) {
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
      wake = std::exchange(sleeping_, false);
      batch.clear();
    }
  }
  if (wake) wake_.notify_one();
  RunAll(batch);
}

// Not checked by the analysis: it does not know std::unique_lock.
void Completions::Lane::Work() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  CompletionBatch batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_.native());
      while (waiting_.empty() && !stopped_) {
        sleeping_ = true;
        wake_.wait(lock);
      }
      if (waiting_.empty()) return;
      batch.swap(waiting_);
    }
    RunAll(batch);
  }
}

void Completions::Lane::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace wsgate
