// A door that lets nobody in, for shards whose sessions do not matter.
#pragma once

#include <memory>

#include "gateway/shard/door.h"

namespace wsgate {

class ClosedDoor final : public Door {
 public:
  void OnAcceptable(Time) override {}
  void OnHandshakeEvent(SessionSlot, Time) override {}
  void OnHandOver(std::unique_ptr<Upgrade>, Time) override {}
  void OnDecision(SessionSlot, ConnectDecision, Time) override {}
  void OnTurn(Time) override {}
  Time NextDeadline() const override { return Time::max(); }
  void Refuse(Time) override {}
};

}  // namespace wsgate
