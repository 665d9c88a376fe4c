// A connection that is not a session: before its 101, or on its way out with a refusal.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "gateway/admission/admission.h"
#include "gateway/base/clock.h"
#include "gateway/base/ids.h"
#include "gateway/session/session_facts.h"

namespace wsgate {

enum class ConnectionState : uint8_t { kFree, kReading, kRefused };

// Flow:    FrontDoor.
// Owner:   ConnectionTable of one shard.   Threads: that shard's only.
// Bounds:  limits.header_bytes_max of head; one response.
struct Connection {
  int fd = -1;
  SessionSlot slot;
  ConnectionState state = ConnectionState::kFree;
  bool polled = false;  // Known to the poller.
  Time since;           // Accepted, or refused: its deadline counts from here.
  PeerAddress peer;
  std::string head;      // What came of the request so far; empty: nothing.
  std::string response;  // What the socket has not taken of a refusal.
  Permit descriptor;
  Permit handshake;
  std::list<uint32_t>::iterator place;  // In its state's list.
};

// Connections by slot, and in each state by age.
class ConnectionTable {
 public:
  [[nodiscard]] Connection& Add(int fd, Time now);
  void Remove(Connection& connection);  // Does not close the socket.
  void MarkRefused(Connection& connection, Time now);
  [[nodiscard]] Connection* Find(SessionSlot slot);  // Null: gone.

  // Null: none.
  [[nodiscard]] Connection* OldestReading() { return Oldest(reading_); }
  [[nodiscard]] Connection* OldestRefused() { return Oldest(refused_); }
  [[nodiscard]] const Connection* OldestReading() const { return Oldest(reading_); }
  [[nodiscard]] const Connection* OldestRefused() const { return Oldest(refused_); }
  [[nodiscard]] size_t reading() const { return reading_.size(); }
  [[nodiscard]] size_t refused() const { return refused_.size(); }

 private:
  [[nodiscard]] Connection* Oldest(const std::list<uint32_t>& list) const {
    return list.empty() ? nullptr : connections_[list.front()].get();
  }

  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<uint32_t> free_;
  std::list<uint32_t> reading_;
  std::list<uint32_t> refused_;
};

}  // namespace wsgate
