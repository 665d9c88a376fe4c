// One edge-triggered epoll set a shard: the mailbox, the listener, connections before their 101 and
// sessions.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <span>

#include "gateway/base/clock.h"
#include "gateway/base/ids.h"

namespace wsgate {

// What an event is about; the top byte of its datum.
enum class PollKind : uint8_t { kMailbox, kListener, kHandshake, kSession };

// An epoll datum: kind (8 bits), slot (24), generation (32). Never a pointer: what it names may be
// gone.
struct PollDatum {
  PollKind kind = PollKind::kMailbox;
  SessionSlot slot;

  [[nodiscard]] uint64_t Pack() const {
    return uint64_t{static_cast<uint8_t>(kind)} << 56 | uint64_t{slot.index} << 32 |
           slot.generation;
  }
  [[nodiscard]] static PollDatum Unpack(uint64_t datum) {
    return {.kind = static_cast<PollKind>(datum >> 56),
            .slot = {.index = static_cast<uint32_t>(datum >> 32) & 0xffffff,
                     .generation = static_cast<uint32_t>(datum)}};
  }
};

// Flow:    kernel → Poller → Shard.
// Owner:   Shard.   Threads: its shard's only.
// Bounds:  512 events a wait.
class Poller {
 public:
  static constexpr size_t kEventsMax = 512;

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // `level`: raised as long as there is something (the listener); else once an edge. False: no
  // descriptor or memory.
  [[nodiscard]] bool Add(int fd, PollDatum datum, bool level = false);
  [[nodiscard]] bool Change(int fd, PollDatum datum);
  void Remove(int fd);

  // Waits until `deadline` at most; in the past: only looks. Time::max(): for ever.
  [[nodiscard]] std::span<const epoll_event> Wait(Time now, Time deadline);

 private:
  const int epoll_fd_;
  epoll_event events_[kEventsMax];
};

}  // namespace wsgate
