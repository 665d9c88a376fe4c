// A connection that is not a session: before its 101, or on its way out with a refusal.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "gateway/admission/admission.h"
#include "gateway/base/clock.h"
#include "gateway/base/ids.h"
#include "gateway/message/session_facts.h"
#include "gateway/net/upgrade_request.h"
#include "gateway/tls/tls_stream.h"

namespace wsgate {

enum class ConnectionState : uint8_t {
  kFree,
  kReading,
  kAsking,  // A backend is asked about it.
  kRefused,
};

// Flow:    FrontDoor.
// Owner:   ConnectionTable of one shard.   Threads: that shard's only.
// Bounds:  limits.header_bytes_max of head; one response.
struct Connection {
  int fd = -1;
  std::unique_ptr<TlsStream> tls;  // Null: plain text.
  SessionSlot slot;
  ConnectionState state = ConnectionState::kFree;
  bool polled = false;  // Known to the poller.
  bool late = false;    // Its handshake goes on in a later turn.
  bool shut = false;    // Refused, and the answer is in the kernel: the write side is shut.
  Time accepted_at;
  Time since;  // Accepted, asked about, or refused: its deadline counts from here.
  PeerAddress peer;
  std::string head;                       // What came of the request so far; empty: nothing.
  std::string response;                   // What the socket has not taken of a refusal.
  std::unique_ptr<UpgradeRequest> asked;  // What waits for a backend's decision.
  Permit descriptor;
  Permit handshake;
  Permit session;                       // While it is asked about.
  std::list<uint32_t>::iterator place;  // In its state's list.
};

// Connections by slot, and in each state by age.
class ConnectionTable {
 public:
  [[nodiscard]] Connection& Add(int fd, Time now);
  void Remove(Connection& connection);  // Does not close the socket.
  void MarkAsking(Connection& connection, Time now) {
    Move(connection, ConnectionState::kAsking, now);
  }
  void MarkRefused(Connection& connection, Time now) {
    Move(connection, ConnectionState::kRefused, now);
  }
  [[nodiscard]] Connection* Find(SessionSlot slot);  // Null: gone.

  // The one that has been in that state for longest; null: none.
  [[nodiscard]] Connection* Oldest(ConnectionState state) {
    return in(state).empty() ? nullptr : connections_[in(state).front()].get();
  }
  [[nodiscard]] const Connection* Oldest(ConnectionState state) const {
    return in(state).empty() ? nullptr : connections_[in(state).front()].get();
  }
  [[nodiscard]] size_t count(ConnectionState state) const { return in(state).size(); }

 private:
  using List = std::list<uint32_t>;
  [[nodiscard]] List& in(ConnectionState state) { return lists_[static_cast<size_t>(state)]; }
  [[nodiscard]] const List& in(ConnectionState state) const {
    return lists_[static_cast<size_t>(state)];
  }
  void Move(Connection& connection, ConnectionState state, Time now);

  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<uint32_t> free_;
  std::array<List, 4> lists_;  // By state; the first stays empty.
};

}  // namespace wsgate
