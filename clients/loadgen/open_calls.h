// Counts what is under way on other threads, so that its owner can wait for the end of it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace wsgate::loadgen {

// Flow:    Add() before a call starts, Done() at its end, WaitNone() in the owner's destructor.
// Owner:   whoever the calls' callbacks point to.
// Threads: any.
// Bounds:  none of its own.
class OpenCalls {
 public:
  void Add(uint32_t count) {
    const std::lock_guard lock(mutex_);
    open_ += count;
  }
  void Done() {
    // Told under the lock: the waiter may destroy this object as soon as it has the lock again.
    const std::lock_guard lock(mutex_);
    if (--open_ == 0) none_.notify_all();
  }
  void WaitNone() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  uint64_t open_ = 0;
};

}  // namespace wsgate::loadgen
