// Gives what shards tell of sessions to everybody in the process who wants to know.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "gateway/message/session_event.h"

namespace wsgate {

// One batch of a shard, shared by all who keep some of it.
using SessionEventsPtr = std::shared_ptr<const std::vector<SessionEvent>>;

class SessionEventListener {
 public:
  virtual ~SessionEventListener() = default;
  // Threads: any; a relaxed load.
  [[nodiscard]] virtual bool wants_events() const = 0;
  // Threads: shards; must not block, nor call gRPC. Batches of one shard come in order.
  virtual void OnEvents(const SessionEventsPtr& events) = 0;
};

// Flow:    shards → Deliver() → each listener that wants events now.
// Owner:   App; outlives shards, dies before its listeners.
// Threads: any; the listeners are fixed.
// Bounds:  keeps nothing.
class SessionEventFanout final : public SessionEventSink {
 public:
  explicit SessionEventFanout(std::vector<SessionEventListener*> listeners)
      : listeners_(std::move(listeners)) {}

  [[nodiscard]] bool wants_events() const override {
    for (const SessionEventListener* listener : listeners_) {
      if (listener->wants_events()) return true;
    }
    return false;
  }
  void Deliver(std::vector<SessionEvent>& batch) override {
    const auto events = std::make_shared<const std::vector<SessionEvent>>(std::move(batch));
    batch.clear();
    for (SessionEventListener* listener : listeners_) {
      if (listener->wants_events()) listener->OnEvents(events);
    }
  }

 private:
  const std::vector<SessionEventListener*> listeners_;
};

}  // namespace wsgate
