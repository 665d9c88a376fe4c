// One deadline a session, for all sessions of a shard: a hashed timing wheel (Varghese and Lauck,
// 1987, scheme 6) whose links lie in the sessions.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/session/session_table.h"

namespace wsgate {

// Flow:    SessionCloser, SessionTimers → Wheel → whoever calls Advance().
// Owner:   Sessions.   Threads: its shard's only.
// Bounds:  no memory a timer; a deadline comes at most one tick late.
class Wheel {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(50);

  Wheel(SessionTable& table, Time start) : table_(table), start_(start) { heads_.fill(kNoSlot); }

  // Sets the session's only deadline; one that was set before is forgotten.
  void Set(Session& session, Time due);
  void Cancel(Session& session);
  // Takes out and appends to `due` the sessions whose deadline is not after `now`.
  void Advance(Time now, std::vector<uint32_t>& due);

  [[nodiscard]] uint32_t TickOf(Time time) const {
    return static_cast<uint32_t>((time - start_) / kTick);
  }
  // When the next tick ends.
  [[nodiscard]] Time NextTick() const { return start_ + (int64_t{tick_} + 1) * kTick; }

 private:
  static constexpr size_t kBuckets = 1024;

  SessionTable& table_;
  const Time start_;
  uint32_t tick_ = 0;  // Everything due up to here has been handed out.
  std::array<uint32_t, kBuckets> heads_;
};

}  // namespace wsgate
