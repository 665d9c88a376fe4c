// The only door between threads: two bounded lanes of values, swapped whole, one wake-up a batch.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "gateway/base/mutex.h"
#include "gateway/shard/command.h"

namespace wsgate {

// Flow:    any thread → TryPost() → Mailbox → Take() → Shard.
// Owner:   Shard.
// Threads: TryPost() from any; Take(), Sleep() and Awake() from the shard's only.
// Bounds:  kSendsMax commands and kSendBytesMax payload bytes; kControlMax commands. Full:
// TryPost()
//          is false and the command is still the caller's.
class Mailbox {
 public:
  static constexpr size_t kSendsMax = 65536;
  static constexpr uint64_t kSendBytesMax = 256 * 1024 * 1024;
  static constexpr size_t kControlMax = 65536;

  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Takes `command`, or leaves it as it is.
  [[nodiscard]] bool TryPost(SendCommand& command);
  [[nodiscard]] bool TryPost(ControlCommand& command);
  // The same for a command that the caller does not want back.
  [[nodiscard]] bool TryPost(SendCommand&& command) { return TryPost(command); }
  [[nodiscard]] bool TryPost(ControlCommand&& command) { return TryPost(command); }

  // Moves out all that is there; the vectors' own memory goes back in, so that a steady flow
  // allocates nothing.
  void Take(std::vector<ControlCommand>& control, std::vector<SendCommand>& sends);

  // Before the shard waits: whether it may. From here to Awake() a post writes to event_fd().
  [[nodiscard]] bool TrySleep();
  void Awake() { asleep_.store(false, std::memory_order_relaxed); }
  [[nodiscard]] int event_fd() const { return event_fd_; }

 private:
  void Wake();

  Mutex mutex_;
  std::vector<ControlCommand> control_ ABSL_GUARDED_BY(mutex_);
  std::vector<SendCommand> sends_ ABSL_GUARDED_BY(mutex_);
  uint64_t send_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<bool> asleep_{false};
  const int event_fd_;
};

}  // namespace wsgate
