// Lets clients in: accepts, reads the upgrade request, finds the user's home shard, answers 101 or
// a refusal.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/auth/jwt_verifier.h"
#include "gateway/auth/token_authority.h"
#include "gateway/base/log_gate.h"
#include "gateway/config/origin.h"
#include "gateway/net/connection.h"
#include "gateway/net/refusal.h"
#include "gateway/net/upgrade_request.h"
#include "gateway/shard/door.h"
#include "gateway/shard/shard.h"
#include "gateway/shard/shard_set.h"
#include "gateway/tls/tls_acceptor.h"

namespace wsgate {

// The same for every shard's door; complete when the shards start.
struct FrontDoorSettings {
  std::string demo_page;                // Served at `/`; empty: 404.
  bool believe_query = true;            // auth.mode: insecure.
  ConnectHook* connect_hook = nullptr;  // Null: no backend is asked.
  bool compression = false;             // permessage-deflate is taken.
  TokenAuthority* authority = nullptr;  // Null: no tokens are looked for.
  TokenPlaces token_places;
  bool anonymous = false;  // Who brings no token comes in without a user.
  OriginRules origins;
  bool check_origins = true;
  bool origin_needed = false;
  TlsAcceptor* tls = nullptr;  // Null: clients come in plain text.
};

// Flow:    listener → FrontDoor → (a backend) → (home shard's FrontDoor) → Sessions.
// Owner:   Shard.   Threads: its shard's only.
// Bounds:  limits.handshakes_in_flight_max and the node's descriptors: beyond them newcomers wait
// in the backlog;
//          about 2 ms of TLS handshakes a turn, so that sessions do not wait for newcomers;
//          limits.handshake_timeout, header_bytes_max; 256 refusals that wait for their peer to
//          hang up.
class FrontDoor final : public Door {
 public:
  static constexpr size_t kRefusalsMax = 256;
  static constexpr Duration kRefusalTimeout = std::chrono::seconds(1);

  // Takes `listen_fd`.
  FrontDoor(ShardCore core, ShardSet& shards, const FrontDoorSettings& settings, int listen_fd);
  ~FrontDoor() override;

  void OnAcceptable(Time now) override;
  void OnHandshakeEvent(SessionSlot slot, Time now) override;
  void OnHandOver(std::unique_ptr<Upgrade> upgrade, Time now) override;
  void OnDecision(SessionSlot slot, ConnectDecision decision, Time now) override;
  void OnTurn(Time now) override;
  [[nodiscard]] Time NextDeadline() const override;
  void Refuse(Time now) override;

 private:
  enum class Accepted : uint8_t { kOne, kNone, kNoRoom };

  Accepted AcceptOne(Time now);
  // Whether a turn has had its share of TLS handshakes.
  [[nodiscard]] bool IsLate(Time now) const;
  void GoOn(Connection& connection, Time now);
  void Pause(Time now);
  void Read(Connection& connection, Time now);
  void OnBroken(Connection& connection, Time now);
  void OnHead(Connection& connection, std::string_view head, Time now);
  void OnUpgrade(Connection& connection, UpgradeRequest request, Time now);
  // Takes the identity from the request's token. False: it is refused.
  [[nodiscard]] bool Authenticate(Connection& connection, UpgradeRequest& request, Time now);
  // Whether the token was revoked since it was checked.
  [[nodiscard]] bool IsRevoked(const SessionFacts& facts);
  void RefuseToken(Connection& connection, std::string_view detail, Time now);
  // Asks a backend; its answer comes to OnDecision(), or the time is over.
  void Ask(Connection& connection, UpgradeRequest request, Time now);
  void OnAskingEvent(Connection& connection, Time now);
  void Decide(Connection& connection, ConnectDecision decision, Time now);
  void Admit(Connection& connection, const UpgradeRequest& request, Time now);
  void Open(Upgrade& upgrade, bool polled, Time now);
  // An upgrade that gets no session is a connection again.
  [[nodiscard]] Connection& Returned(Upgrade& upgrade, bool polled, Time now);
  // Counts the refusal and answers it; the connection lives on until its peer hangs up or its time
  // is over.
  void Refuse(Connection& connection, const Refusal& refusal, Time now);
  void Answer(Connection& connection, std::string response, Time now);
  void WriteResponse(Connection& connection);
  void Close(Connection& connection);
  void Count(RefuseCause cause) { core_.stats.refused[cause].Add(); }
  void LogRefusal(const Connection& connection, const Refusal& refusal, Time now);
  void ShowHandshakes() {
    core_.stats.handshakes.Set(static_cast<int64_t>(connections_.count(ConnectionState::kReading) +
                                                    connections_.count(ConnectionState::kAsking)));
  }

  ShardCore core_;
  ShardSet& shards_;
  const FrontDoorSettings& settings_;
  int listen_fd_;
  bool paused_ = false;  // Newcomers wait in the backlog, for a little while at a time.
  Time paused_at_;
  bool refusing_ = false;  // Draining: 503 for everybody.
  ConnectionTable connections_;
  std::vector<SessionSlot> late_;  // Their handshakes go on in a later turn.
  LogGate log_gate_;
  std::optional<JwtVerifier> verifier_;
  std::vector<char> scratch_;
};

}  // namespace wsgate
