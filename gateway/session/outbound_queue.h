// What a session could not be sent at once. Exists only while something waits.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "gateway/message/message.h"

namespace wsgate {

// What a queued buffer is. Control frames overtake messages that are not started; a Close goes
// last.
enum class QueuedKind : uint8_t { kMessages, kPing, kPong, kClose };

// Flow:    SessionWriter → OutboundQueue → socket, when the poller says that it takes more.
// Owner:   its Session.   Threads: its shard's only.
// Bounds:  `bytes()` by limits.queued_bytes_per_session_max, checked by the writer; of control
// frames one each.
class OutboundQueue {
 public:
  // Adds a buffer of which the first `sent` bytes are in the kernel already (`sent` above 0: only
  // where nothing waits). A ping or pong takes the place of one that waits (RFC 6455
  // section 5.5.3).
  void Push(QueuedKind kind, WirePtr wire, size_t sent = 0);
  // Drops every message that is not started; returns how many that were.
  uint64_t DropWaiting();

  // Points `parts` at what to write next, in order; returns how many of them are used.
  size_t Gather(std::span<iovec> parts) const;
  // Notes that `count` bytes of what Gather() showed are in the kernel.
  void Consume(size_t count);

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  // Bytes that wait.
  [[nodiscard]] uint64_t bytes() const { return bytes_; }
  // Messages that are not wholly in the kernel.
  [[nodiscard]] uint64_t messages() const;

 private:
  struct Entry {
    QueuedKind kind;
    WirePtr wire;
  };

  std::deque<Entry> entries_;
  uint64_t bytes_ = 0;
  size_t front_sent_ = 0;  // Bytes of the first entry that are in the kernel.
};

}  // namespace wsgate
