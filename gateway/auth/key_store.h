// Where the keys of now are found, and who is told that one is missing.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "gateway/auth/key_set.h"
#include "gateway/base/mutex.h"

namespace wsgate {

// Flow:    KeySources → KeyStore → KeyStore::Reader of each JwtVerifier.
// Owner:   App; outlives every Reader.
// Threads: any.
// Bounds:  one set, and those that readers still hold.
class KeyStore {
 public:
  explicit KeyStore(KeySetPtr keys = std::make_shared<KeySet>()) : keys_(std::move(keys)) {}

  void Replace(KeySetPtr keys) {
    const MutexLock lock(mutex_);
    keys_ = std::move(keys);
    version_.fetch_add(1, std::memory_order_release);
  }

  // Called, from any thread, when a token names a key that is not there; not again until
  // UnknownKeySeen().
  void OnUnknownKey(std::function<void()> tell) { tell_ = std::move(tell); }
  void TellUnknownKey() {
    if (tell_ && !told_.exchange(true, std::memory_order_acq_rel)) tell_();
  }
  void UnknownKeySeen() { told_.store(false, std::memory_order_release); }

  // Threads: one.   Cost: nothing but a load while the set stays the same.
  class Reader {
   public:
    explicit Reader(KeyStore& store) : store_(store) {}
    [[nodiscard]] const KeySet& Get() {
      const uint64_t version = store_.version_.load(std::memory_order_acquire);
      if (!keys_ || version != version_) {
        const MutexLock lock(store_.mutex_);
        keys_ = store_.keys_;
        version_ = version;
      }
      return *keys_;
    }
    void TellUnknownKey() { store_.TellUnknownKey(); }

   private:
    KeyStore& store_;
    KeySetPtr keys_;
    uint64_t version_ = 0;
  };

 private:
  Mutex mutex_;
  KeySetPtr keys_ ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> version_{1};
  std::function<void()> tell_;  // Set before the first reader.
  std::atomic<bool> told_{false};
};

}  // namespace wsgate
