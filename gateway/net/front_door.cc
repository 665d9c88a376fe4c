#include "gateway/net/front_door.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "gateway/base/check.h"

namespace wsgate {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr Duration kHandshakesPerTurn = std::chrono::milliseconds(2);
constexpr Duration kPauseRetry = std::chrono::milliseconds(10);

}  // namespace

FrontDoor::FrontDoor(ShardCore core, ShardSet& shards, const FrontDoorSettings& settings,
                     int listen_fd)
    : core_(core),
      shards_(shards),
      settings_(settings),
      listen_fd_(listen_fd),
      scratch_(16 * 1024) {
  if (settings_.authority) verifier_.emplace(settings_.authority->rules, settings_.authority->keys);
  WSGATE_CHECK(core_.poller.Add(listen_fd_, {.kind = PollKind::kListener}, /*level=*/true));
}

FrontDoor::~FrontDoor() {
  for (const ConnectionState state :
       {ConnectionState::kReading, ConnectionState::kAsking, ConnectionState::kRefused}) {
    while (Connection* connection = connections_.Oldest(state)) Close(*connection);
  }
  if (listen_fd_ >= 0) ::close(listen_fd_);
}

void FrontDoor::OnAcceptable(Time now) {
  if (paused_ || listen_fd_ < 0) return;
  for (int accepted = 0; accepted < kAcceptsPerTurn; ++accepted) {
    if (accepted > 0 && IsLate(now)) return;  // The rest stays in the backlog for the next turn.
    switch (AcceptOne(now)) {
      case Accepted::kOne:
        continue;
      case Accepted::kNone:
        return;
      case Accepted::kNoRoom:
        return Pause(now);
    }
  }
}

FrontDoor::Accepted FrontDoor::AcceptOne(Time now) {
  Admission& admission = core_.admission;
  Permit descriptor = Permit::TryTake(admission.descriptors, admission.client_descriptors_max);
  Permit handshake =
      Permit::TryTake(admission.handshakes, core_.sessions.limits().handshakes_in_flight_max);
  if (!descriptor || !handshake) return Accepted::kNoRoom;
  sockaddr_storage from{};
  socklen_t length = sizeof from;
  const int fd = ::accept4(listen_fd_, reinterpret_cast<sockaddr*>(&from), &length,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return Accepted::kNoRoom;
    }
    return errno == ECONNABORTED || errno == EINTR ? Accepted::kOne : Accepted::kNone;
  }
  Connection& connection = connections_.Add(fd, now);
  connection.peer = PeerAddress::From(from);
  connection.descriptor = std::move(descriptor);
  connection.handshake = std::move(handshake);
  ShowHandshakes();
  if (settings_.tls != nullptr && !(connection.tls = settings_.tls->Accept(fd))) {
    Count(RefuseCause::kHard);
    Close(connection);
    return Accepted::kOne;
  }
  Read(connection,
       now);  // The request is often there already, which spares a trip through the poller.
  return Accepted::kOne;
}

void FrontDoor::Pause(Time now) {
  paused_ = true;
  paused_at_ = now;
  core_.poller.Remove(listen_fd_);
}

void FrontDoor::OnHandshakeEvent(SessionSlot slot, Time now) {
  Connection* connection = connections_.Find(slot);
  if (connection == nullptr) return;
  if (connection->tls && !connection->tls->ready() && IsLate(now)) {
    if (!std::exchange(connection->late, true)) late_.push_back(slot);
    return;
  }
  GoOn(*connection, now);
}

bool FrontDoor::IsLate(Time now) const {
  return settings_.tls != nullptr && SteadyNow() - now > kHandshakesPerTurn;
}

void FrontDoor::GoOn(Connection& connection, Time now) {
  connection.late = false;
  if (connection.state == ConnectionState::kReading) return Read(connection, now);
  if (connection.state == ConnectionState::kAsking) return OnAskingEvent(connection, now);
  WriteResponse(connection);
  if (SessionReader::Discard(connection.fd, scratch_)) Close(connection);
}

void FrontDoor::OnUpgrade(Connection& connection, UpgradeRequest request, Time now) {
  if (refusing_) {
    return Refuse(
        connection,
        RefuseForNow(503, RefuseCause::kDraining, "this node is shutting down: connect again"),
        now);
  }
  Permit session =
      Permit::TryTake(core_.admission.sessions, core_.sessions.limits().sessions_per_node_max);
  if (!session) {
    return Refuse(
        connection,
        RefuseForNow(503, RefuseCause::kNodeFull, "this node has no room for another session"),
        now);
  }
  connection.session = std::move(session);
  if (verifier_ && !Authenticate(connection, request, now)) return;
  if (request.question) return Ask(connection, std::move(request), now);
  Admit(connection, request, now);
}

// Its identity is known: it moves to its home shard.
void FrontDoor::Admit(Connection& connection, const UpgradeRequest& request, Time now) {
  const std::string_view user = request.identity.user_id;
  const uint32_t home = user.empty() ? core_.index : shards_.HomeOf(user);
  auto upgrade = std::make_unique<Upgrade>();
  upgrade->fd = connection.fd;
  upgrade->tls = std::move(connection.tls);
  upgrade->accepted_at = connection.accepted_at;
  upgrade->accept_key = request.accept_key;
  upgrade->extensions = request.extensions;
  upgrade->facts = request.Facts(connection.peer);
  upgrade->descriptor = std::move(connection.descriptor);
  upgrade->handshake = std::move(connection.handshake);
  upgrade->session = std::move(connection.session);
  const bool polled = connection.polled;
  connections_.Remove(connection);
  ShowHandshakes();
  if (home == core_.index) return Open(*upgrade, polled, now);
  if (polled) core_.poller.Remove(upgrade->fd);
  ControlCommand command(HandOverCommand{std::move(upgrade)});
  if (shards_.TryPost(home, command)) return;
  // The mailbox is full: the command came back, and so did the connection.
  const std::unique_ptr<Upgrade> back = std::move(std::get<HandOverCommand>(command).upgrade);
  Refuse(Returned(*back, /*polled=*/false, now),
         RefuseForNow(503, RefuseCause::kShardFull, "this node is busy: connect again"), now);
}

void FrontDoor::OnHandOver(std::unique_ptr<Upgrade> upgrade, Time now) {
  Open(*upgrade, false, now);
}

void FrontDoor::Open(Upgrade& upgrade, bool polled, Time now) {
  const std::string_view user = upgrade.facts.user_id();
  const uint64_t user_max = core_.sessions.limits().sessions_per_user_max;
  if (user_max != 0 && !user.empty() && core_.sessions.CountOf(user) >= user_max) {
    return Refuse(
        Returned(upgrade, polled, now),
        RefuseForNow(429, RefuseCause::kUserFull, "this user has as many sessions as are allowed"),
        now);
  }
  if (IsRevoked(upgrade.facts)) return RefuseToken(Returned(upgrade, polled, now), "revoked", now);
  const std::string answer =
      SwitchingProtocolsBytes(upgrade.accept_key, upgrade.facts.subprotocol(), upgrade.extensions);
  // A fresh socket takes so few bytes whole; if not, the peer is gone.
  const ssize_t sent = Send(upgrade.fd, upgrade.tls.get(), answer);
  if (sent != static_cast<ssize_t>(answer.size())) return Count(RefuseCause::kPeerGone);
  const Session* session =
      core_.sessions.Open(upgrade.fd, std::move(upgrade.facts), std::move(upgrade.tls));
  if (session == nullptr) return Count(RefuseCause::kHard);
  upgrade.fd = -1;
  upgrade.descriptor.Keep();
  upgrade.session.Keep();
  const PollDatum datum{.kind = PollKind::kSession, .slot = session->slot};
  // Out of kernel memory: the session stands, but deaf; its pings go unanswered and end it.
  (void)(polled ? core_.poller.Change(session->fd, datum) : core_.poller.Add(session->fd, datum));
  core_.stats.handshake_latency.Record(now - upgrade.accepted_at, now);
}

void FrontDoor::Close(Connection& connection) {
  ::close(connection.fd);
  connections_.Remove(connection);
  ShowHandshakes();
}

void FrontDoor::OnTurn(Time now) {
  std::vector<SessionSlot> late = std::exchange(late_, {});
  for (size_t i = 0; i < late.size(); ++i) {
    if (i > 0 && IsLate(now)) {
      late_.insert(late_.end(), late.begin() + static_cast<ptrdiff_t>(i), late.end());
      break;
    }
    if (Connection* connection = connections_.Find(late[i])) GoOn(*connection, now);
  }
  while (Connection* oldest = connections_.Oldest(ConnectionState::kReading)) {
    if (now - oldest->since < core_.sessions.limits().handshake_timeout) break;
    Count(RefuseCause::kHandshakeTimeout);
    Close(*oldest);
  }
  while (Connection* oldest = connections_.Oldest(ConnectionState::kAsking)) {
    if (now - oldest->since < settings_.connect_hook->patience()) break;
    Decide(*oldest, ConnectUnanswered{}, now);
  }
  while (Connection* oldest = connections_.Oldest(ConnectionState::kRefused)) {
    if (now - oldest->since < kRefusalTimeout) break;
    Close(*oldest);
  }
  if (paused_ && listen_fd_ >= 0 && now - paused_at_ >= kPauseRetry) {
    paused_ = !core_.poller.Add(listen_fd_, {.kind = PollKind::kListener}, /*level=*/true);
  }
}

Time FrontDoor::NextDeadline() const {
  if (!late_.empty()) return Time::min();
  Time next = paused_ ? paused_at_ + kPauseRetry : Time::max();
  if (const Connection* oldest = connections_.Oldest(ConnectionState::kReading)) {
    next = std::min(next, oldest->since + core_.sessions.limits().handshake_timeout);
  }
  if (const Connection* oldest = connections_.Oldest(ConnectionState::kAsking)) {
    next = std::min(next, oldest->since + settings_.connect_hook->patience());
  }
  if (const Connection* oldest = connections_.Oldest(ConnectionState::kRefused)) {
    next = std::min(next, oldest->since + kRefusalTimeout);
  }
  return next;
}

void FrontDoor::Refuse(Time now) {
  refusing_ = true;
  if (listen_fd_ < 0) return;
  // Whoever waits in the backlog gets an answer; closing the listener over them would reset them.
  while (AcceptOne(now) == Accepted::kOne) {
  }
  if (!paused_) core_.poller.Remove(listen_fd_);
  ::close(std::exchange(listen_fd_, -1));
}

}  // namespace wsgate
