#include "gateway/net/connection.h"

namespace wsgate {

Connection& ConnectionTable::Add(int fd, Time now) {
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(connections_.size()));
    connections_.push_back(std::make_unique<Connection>());
  }
  const uint32_t index = free_.back();
  free_.pop_back();
  Connection& connection = *connections_[index];
  connection.fd = fd;
  connection.slot = {.index = index, .generation = connection.slot.generation + 1};
  connection.state = ConnectionState::kReading;
  connection.accepted_at = now;
  connection.since = now;
  List& reading = in(ConnectionState::kReading);
  connection.place = reading.insert(reading.end(), index);
  return connection;
}

void ConnectionTable::Remove(Connection& connection) {
  in(connection.state).erase(connection.place);
  const SessionSlot slot = connection.slot;
  connection = Connection{};
  connection.slot = slot;
  free_.push_back(slot.index);
}

void ConnectionTable::Move(Connection& connection, ConnectionState state, Time now) {
  List& to = in(state);
  to.splice(to.end(), in(connection.state), connection.place);
  connection.state = state;
  connection.since = now;
}

Connection* ConnectionTable::Find(SessionSlot slot) {
  if (slot.index >= connections_.size()) return nullptr;
  Connection& connection = *connections_[slot.index];
  const bool gone =
      connection.state == ConnectionState::kFree || connection.slot.generation != slot.generation;
  return gone ? nullptr : &connection;
}

}  // namespace wsgate
