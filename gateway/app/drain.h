// The steps in which a node leaves: told to all first, then nobody new, then everybody out, then
// the end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <thread>

#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"

namespace wsgate {

struct DrainSettings {
  Duration notice;
  Duration window;
  uint64_t sessions_per_second = 0;  // 0: what empties the node in half the window.
};

// What each step does; called on the drain's own thread, in this order, each at most once.
struct DrainSteps {
  std::function<void()> give_notice;  // Not serving any more, for those who ask; all else goes on.
  std::function<void()> refuse_newcomers;  // 503; the listeners close.
  std::function<void(double)> release;     // Sessions are told to go, at most so many a second.
  std::function<uint64_t()> sessions;      // Open ones.
  std::function<uint64_t()> connections;   // Sockets of clients, closing ones too.
  std::function<void()> stop;              // Calls are answered, everything closes.
};

// Flow:    SIGTERM, the Drain RPC → Drain → control, shards.
// Owner:   App.
// Threads: Begin() and SkipToStop() from any; Wait() from the owner's.
class Drain {
 public:
  Drain(const DrainSettings& settings, DrainSteps steps)
      : settings_(settings), steps_(std::move(steps)) {}
  ~Drain();  // Skips to the last step where it was begun, begins and skips where not.

  void Begin();       // Again: changes nothing.
  void SkipToStop();  // Begins, if need be.
  void Wait();        // Until the last step is done.
  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_acquire); }

 private:
  void Run();
  // Until `done` says so, `timeout` is over or somebody skips; looks every 10 ms.
  void WaitFor(Duration timeout, const std::function<bool()>& done);

  const DrainSettings settings_;
  const DrainSteps steps_;
  std::atomic<bool> begun_{false};
  Mutex mutex_;
  std::condition_variable changed_;
  bool skip_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace wsgate
