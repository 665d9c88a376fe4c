// Where those who come and go meet those who watch.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "control/session_event_fanout.h"
#include "control/session_ring.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"

namespace wsgate {

// A shard only numbers what it tells and leaves it here, under a lock that no watcher takes. A
// thread of the hub's makes of it what watchers are shown, once for all of them, keeps it in the
// ring and wakes those who wait. It does so at most once in `pace`, and while it does, no shard has
// to wake it: what an event costs a shard does not grow with those who watch.
// Flow:    shards → OnEvents() → the hub's thread → ring → Next() → streams.
// Owner:   App; outlives shards and streams.
// Threads: any.
// Bounds:  the ring's, twice; `watchers_max` watchers.
class WatchHub final : public SessionEventListener {
 public:
  struct Settings {
    size_t events_max = 65'536;
    size_t bytes_max = size_t{64} << 20;
    size_t watchers_max = 256;
    Duration pace = std::chrono::milliseconds(10);
    // How long events are kept after the last watcher has left: so long it can go on where it was.
    Duration remember = std::chrono::minutes(5);
  };

  // A stream, from Attach() to Detach().
  class Watcher {
   public:
    virtual ~Watcher() = default;
    // There is something for Next(), which had nothing before, or it would say kOvertaken.
    // Threads: the hub's, which holds no lock.
    virtual void OnWake() = 0;

   private:
    friend class WatchHub;
    uint64_t position_ = 0;  // Under the hub's lock: everything up to it has been handed out.
    bool idle_ = false;      // Under the hub's lock: asked and got nothing.
  };

  WatchHub(uint64_t incarnation, std::string node_id)
      : WatchHub(incarnation, std::move(node_id), Settings()) {}
  WatchHub(uint64_t incarnation, std::string node_id, const Settings& settings);
  ~WatchHub() override;

  [[nodiscard]] bool wants_events() const override {
    return recording_.load(std::memory_order_relaxed);
  }
  void OnEvents(const SessionEventsPtr& events) override;

  // Watches from now on, or what follows `after`. kGone: what follows it is not known.
  enum class Attached : uint8_t { kYes, kFull, kGone };
  [[nodiscard]] Attached Attach(const std::shared_ptr<Watcher>& watcher,
                                std::optional<uint64_t> after);
  void Detach(Watcher& watcher);

  // What comes next; it is handed out by this. kNothing: OnWake() will tell.
  enum class Kind : uint8_t { kEvents, kNothing, kOvertaken };
  struct Part {
    Kind kind = Kind::kNothing;
    ShownEventsPtr events;
    size_t at = 0;  // The first of `events` that is new.
  };
  [[nodiscard]] Part Next(Watcher& watcher);
  // Next() would say kOvertaken.
  [[nodiscard]] bool IsOvertaken(const Watcher& watcher);
  [[nodiscard]] uint64_t PositionOf(const Watcher& watcher);

  [[nodiscard]] size_t watchers();
  [[nodiscard]] uint64_t incarnation() const { return incarnation_; }
  [[nodiscard]] const std::string& node_id() const { return node_id_; }

 private:
  // A shard's batch with its place in the numbering.
  struct Numbered {
    uint64_t first = 0;
    SessionEventsPtr events;
  };

  void Work();
  // Waits until there is something to do. False: the hub ends.
  [[nodiscard]] bool WaitForWork();
  void TakeOver();
  [[nodiscard]] std::vector<ShownEventsPtr> Show(const std::deque<Numbered>& incoming) const;
  void Show(const SessionEvent& event, uint64_t number, v1::WatchSessionsResponse& out) const;
  // Of the last watcher, once it has left; nullopt: somebody watches, or nothing is kept.
  [[nodiscard]] std::optional<Time> ForgetAt();
  void ForgetIfDue();
  // The number of the newest event. `gap`: nothing was recorded since; no number before is followed
  // by one behind.
  [[nodiscard]] uint64_t Now(bool gap);

  const uint64_t incarnation_;
  const std::string node_id_;
  const Settings settings_;
  std::atomic<bool> recording_{false};

  Mutex attach_mutex_;  // One at a time; held outside the two below, which are never held together.

  // What shards take.
  Mutex incoming_mutex_;
  std::condition_variable wake_;
  std::deque<Numbered> incoming_ ABSL_GUARDED_BY(incoming_mutex_);
  size_t incoming_events_ ABSL_GUARDED_BY(incoming_mutex_) = 0;
  uint64_t numbered_ ABSL_GUARDED_BY(incoming_mutex_) = 0;
  bool asleep_ ABSL_GUARDED_BY(incoming_mutex_) = false;
  bool poked_ ABSL_GUARDED_BY(incoming_mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(incoming_mutex_) = false;

  Mutex ring_mutex_;
  SessionRing ring_ ABSL_GUARDED_BY(ring_mutex_);
  std::vector<std::shared_ptr<Watcher>> watchers_ ABSL_GUARDED_BY(ring_mutex_);
  Time last_left_ ABSL_GUARDED_BY(ring_mutex_);

  std::thread thread_;
};

}  // namespace wsgate
