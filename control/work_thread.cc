#include "control/work_thread.h"

#include <pthread.h>

#include <mutex>
#include <utility>

namespace wsgate {

WorkThread::WorkThread(const char* name) : thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), name);
}

WorkThread::~WorkThread() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void WorkThread::Post(Work work) {
  {
    MutexLock lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  wake_.notify_one();
}

// Not checked by the analysis: it does not know std::unique_lock.
void WorkThread::Run() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  std::unique_lock lock(mutex_.native());
  for (;;) {
    wake_.wait(lock,
               [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !waiting_.empty() || stopping_; });
    if (waiting_.empty()) return;
    {
      Work work = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      work();
    }  // What it held goes before the lock is taken again.
    lock.lock();
  }
}

}  // namespace wsgate
