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
  connection.since = now;
  connection.place = reading_.insert(reading_.end(), index);
  return connection;
}

void ConnectionTable::Remove(Connection& connection) {
  (connection.state == ConnectionState::kReading ? reading_ : refused_).erase(connection.place);
  const SessionSlot slot = connection.slot;
  connection = Connection{};
  connection.slot = slot;
  free_.push_back(slot.index);
}

void ConnectionTable::MarkRefused(Connection& connection, Time now) {
  refused_.splice(refused_.end(), reading_, connection.place);
  connection.state = ConnectionState::kRefused;
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
