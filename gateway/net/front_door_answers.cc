// What a front door says to those who get no session.
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <utility>

#include "gateway/net/front_door.h"

namespace wsgate {

Connection& FrontDoor::Returned(Upgrade& upgrade, bool polled, Time now) {
  Connection& connection = connections_.Add(std::exchange(upgrade.fd, -1), now);
  connection.tls = std::move(upgrade.tls);
  connection.polled = polled;
  connection.peer = upgrade.facts.peer();
  connection.descriptor = std::move(upgrade.descriptor);
  connection.handshake = std::move(upgrade.handshake);
  return connection;
}

void FrontDoor::Refuse(Connection& connection, const Refusal& refusal, Time now) {
  Count(refusal.cause);
  LogRefusal(connection, refusal, now);
  Answer(connection, RefusalBytes(refusal), now);
}

void FrontDoor::LogRefusal(const Connection& connection, const Refusal& refusal, Time now) {
  const std::optional<uint64_t> left_out = log_gate_.Pass(now);
  if (!left_out) return;
  spdlog::info("refused: {} status={} peer={}{}{} lines_left_out={}",
               kRefuseCauses[static_cast<size_t>(refusal.cause)], refusal.status,
               connection.peer.ToString(),
               refusal.detail.empty() ? "" : " because=", refusal.detail, *left_out);
}

void FrontDoor::Answer(Connection& connection, std::string response, Time now) {
  connection.handshake.Release();
  connection.session.Release();
  connection.asked.reset();
  connection.response = std::move(response);
  connections_.MarkRefused(connection, now);
  ShowHandshakes();
  const PollDatum datum{.kind = PollKind::kHandshake, .slot = connection.slot};
  // Under its slot of now: one that came back from an upgrade was polled under another.
  const bool known = connection.polled ? core_.poller.Change(connection.fd, datum)
                                       : core_.poller.Add(connection.fd, datum);
  connection.polled = true;
  WriteResponse(connection);
  if (!known || connections_.count(ConnectionState::kRefused) > kRefusalsMax) Close(connection);
}

void FrontDoor::WriteResponse(Connection& connection) {
  if (connection.shut) return;
  if (!connection.response.empty()) {
    const ssize_t sent = Send(connection.fd, connection.tls.get(), connection.response);
    if (sent > 0) connection.response.erase(0, static_cast<size_t>(sent));
  }
  // Then the peer hangs up; closing at once could reset the connection under the answer.
  if (connection.response.empty()) connection.shut = ShutDown(connection.fd, connection.tls.get());
}

}  // namespace wsgate
