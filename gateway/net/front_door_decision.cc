// What a front door does where a backend decides who comes in.
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "gateway/net/front_door.h"

namespace wsgate {

void FrontDoor::Ask(Connection& connection, UpgradeRequest request, Time now) {
  ConnectQuestion question = std::move(*request.question);
  request.question.reset();
  connection.asked = std::make_unique<UpgradeRequest>(std::move(request));
  connections_.MarkAsking(connection, now);
  ShowHandshakes();
  // A hang-up is seen meanwhile: nobody needs the answer then.
  if (!connection.polled) {
    connection.polled = true;
    if (!core_.poller.Add(connection.fd, {.kind = PollKind::kHandshake, .slot = connection.slot})) {
      Count(RefuseCause::kHard);
      return Close(connection);
    }
  }
  settings_.connect_hook->Ask(
      std::move(question),
      [&shards = shards_, home = core_.index, slot = connection.slot](ConnectDecision decision) {
        // Where the lane is full the answer is lost, and its time is over soon.
        (void)shards.TryPost(home, ControlCommand(ConnectDecisionCommand{
                                       .slot = slot, .decision = std::move(decision)}));
      });
}

void FrontDoor::OnAskingEvent(Connection& connection, Time now) {
  char byte = 0;
  const ssize_t got = Receive(connection.fd, connection.tls.get(), std::span(&byte, 1));
  if (got > 0) {
    return Refuse(connection, {.text = "nothing may follow the request before its answer"}, now);
  }
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  Count(RefuseCause::kPeerGone);
  Close(connection);
}

void FrontDoor::OnDecision(SessionSlot slot, ConnectDecision decision, Time now) {
  Connection* connection = connections_.Find(slot);
  if (connection == nullptr || connection->state != ConnectionState::kAsking) return;
  Decide(*connection, std::move(decision), now);
}

void FrontDoor::Decide(Connection& connection, ConnectDecision decision, Time now) {
  if (refusing_) {
    return Refuse(
        connection,
        RefuseForNow(503, RefuseCause::kDraining, "this node is shutting down: connect again"),
        now);
  }
  if (const auto* refused = std::get_if<ConnectRefused>(&decision)) {
    return Refuse(
        connection,
        {.status = refused->status,
         .cause = RefuseCause::kBackendRefused,
         .text = refused->reason.empty() ? "you may not come in" : refused->reason,
         .headers = refused->retry_after_s == 0
                        ? ""
                        : "Retry-After: " + std::to_string(refused->retry_after_s) + "\r\n"},
        now);
  }
  const std::unique_ptr<UpgradeRequest> request = std::move(connection.asked);
  if (auto* accepted = std::get_if<ConnectAccepted>(&decision)) {
    request->identity = {.user_id = std::move(accepted->user_id),
                         .tenant = std::move(accepted->tenant),
                         .metadata = std::move(accepted->metadata),
                         .limits = accepted->limits,
                         .token = request->identity.token};
  } else if (!settings_.connect_hook->open_on_failure()) {
    return Refuse(connection,
                  RefuseForNow(503, RefuseCause::kBackendUnanswered,
                               "who may come in cannot be found out now: connect again"),
                  now);
  }
  Admit(connection, *request, now);
}

}  // namespace wsgate
