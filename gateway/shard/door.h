// What a shard asks of the layer that lets people in. Declared here because `net` stands to the
// right of `shard`.
#pragma once

#include <sys/epoll.h>

#include <memory>

#include "gateway/base/clock.h"
#include "gateway/base/ids.h"
#include "gateway/message/hook.h"
#include "gateway/shard/upgrade.h"

namespace wsgate {

// Owner:   Shard.   Threads: its shard's only.
class Door {
 public:
  virtual ~Door() = default;
  // The listener has newcomers.
  virtual void OnAcceptable(Time now) = 0;
  // A connection before its 101 can be read, or hung up.
  virtual void OnHandshakeEvent(SessionSlot slot, Time now) = 0;
  // A connection whose user lives on this shard.
  virtual void OnHandOver(std::unique_ptr<Upgrade> upgrade, Time now) = 0;
  // A backend decided about a connection before its 101.
  virtual void OnDecision(SessionSlot slot, ConnectDecision decision, Time now) = 0;
  // Deadlines and paused listeners; called once a turn.
  virtual void OnTurn(Time now) = 0;
  // When OnTurn() has something to do again; Time::max(): nothing is under way.
  [[nodiscard]] virtual Time NextDeadline() const = 0;
  // From now on newcomers get 503; the listener closes when its backlog is dry.
  virtual void Refuse(Time now) = 0;
};

}  // namespace wsgate
