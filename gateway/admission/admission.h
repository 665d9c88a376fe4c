// Who may come in: the caps that hold for the whole node.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace wsgate {

// A count with a cap that may change at any time; taken by compare-and-swap, so it never
// overshoots.
class CappedCount {
 public:
  [[nodiscard]] bool TryTake(uint64_t max) {
    uint64_t taken = taken_.load(std::memory_order_relaxed);
    while (taken < max) {
      if (taken_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void Release() { taken_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] uint64_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> taken_{0};
};

// One slot of a CappedCount; gives it back when it dies. Move-only.
class Permit {
 public:
  Permit() = default;
  Permit(Permit&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  Permit& operator=(Permit&& other) noexcept {
    if (this == &other) return *this;
    Release();
    count_ = std::exchange(other.count_, nullptr);
    return *this;
  }
  ~Permit() { Release(); }

  // Empty where `count` is at `max`.
  [[nodiscard]] static Permit TryTake(CappedCount& count, uint64_t max) {
    Permit permit;
    if (count.TryTake(max)) permit.count_ = &count;
    return permit;
  }
  explicit operator bool() const { return count_ != nullptr; }
  void Release() {
    if (CappedCount* count = std::exchange(count_, nullptr)) count->Release();
  }
  // The slot stays taken: whoever holds what it stands for releases the count itself.
  void Keep() { count_ = nullptr; }

 private:
  CappedCount* count_ = nullptr;
};

// Flow:    Listener → descriptors, handshakes → Upgrade → sessions.
// Owner:   App, one per process; outlives every shard.
// Threads: any; exact by compare-and-swap. A user's cap is not here: it is its home shard's own
// count. Bounds:  sessions by limits.sessions_per_node_max, handshakes by
// limits.handshakes_in_flight_max, descriptors of
//          clients by what the process may open less what control and admin need.
struct Admission {
  explicit Admission(uint64_t client_descriptors_max)
      : client_descriptors_max(client_descriptors_max) {}

  const uint64_t client_descriptors_max;
  CappedCount descriptors;  // Client sockets, from accept to close.
  CappedCount handshakes;   // Of them: before their 101.
  CappedCount sessions;     // Of them: open sessions.
};

}  // namespace wsgate
