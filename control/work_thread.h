// A thread that does one thing after another.
#pragma once

#include <condition_variable>
#include <deque>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "gateway/base/mutex.h"

namespace wsgate {

// Flow:    whoever must not wait → Post() → the thread.
// Owner:   ConnectCalls.
// Threads: Post() from any, the destructor from the owner's.
// Bounds:  by those who post.
class WorkThread {
 public:
  using Work = absl::AnyInvocable<void()>;

  // `name` is what the system shows, at most 15 characters.
  explicit WorkThread(const char* name);
  // Does all that was posted, then ends.
  ~WorkThread();

  void Post(Work work);

 private:
  void Run();

  Mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wsgate
