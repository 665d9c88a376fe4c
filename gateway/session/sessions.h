// One shard's session engine: opens, serves and ends sessions. Knows nothing of threads, pollers or
// listeners.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gateway/admission/release_pace.h"
#include "gateway/base/log_gate.h"
#include "gateway/message/session_info.h"
#include "gateway/message/target.h"
#include "gateway/session/audience.h"
#include "gateway/session/delivery.h"
#include "gateway/session/json_protocol.h"
#include "gateway/session/session_context.h"
#include "gateway/session/session_reader.h"
#include "gateway/session/session_table.h"
#include "gateway/session/session_writer.h"
#include "gateway/session/wheel.h"

namespace wsgate {

// Flow:    Shard → Sessions → tables, reader, writer, delivery.
// Owner:   Shard.   Threads: its shard's only.
// Bounds:  those of its parts; nothing of it waits.
class Sessions final : public SessionEnder, public SessionRenewer {
 public:
  static constexpr Duration kSliceBudget = std::chrono::milliseconds(1);

  Sessions(const SessionSettings& settings, ShardStats& stats, Admission& admission,
           InboundSink& inbound, SessionEventSink& events, LimitsPtr limits, Time now);
  ~Sessions() override;

  // --- A turn: BeginTurn, then anything, then EndTurn.
  void BeginTurn(Time now);
  // What the poller saw of a session. `hung_up`: the peer sends no more; said only once.
  struct Events {
    bool readable = false;
    bool writable = false;
    bool hung_up = false;
  };
  void OnEvent(SessionSlot slot, Events events);
  // Work that was left for this turn: sessions with more to read, fan-outs with more to visit, due
  // timers.
  void Work();
  // Closes the sockets of those who ended, hands over what clients said and who came and went.
  // Answered calls stay in completions().
  void EndTurn();
  [[nodiscard]] bool HasWork() const { return !revisits_.empty() || !delivery_.idle(); }
  // A send that comes now may go out in the same writes as one that is here.
  [[nodiscard]] bool IsJoinable() const { return delivery_.joinable(); }
  [[nodiscard]] bool empty() const { return live_ == 0; }
  [[nodiscard]] bool HasOpen() const { return !table_.open().empty(); }
  [[nodiscard]] Time NextTick() const { return wheel_.NextTick(); }
  [[nodiscard]] CompletionBatch& completions() { return context_.completions; }

  // --- Opening. The caller has a permit of admission.sessions, which passes to the session, and
  // counts the descriptor.
  [[nodiscard]] uint32_t CountOf(std::string_view user_id) { return table_.CountOf(user_id); }
  // Takes the socket, which has had its 101. Null: every slot is taken; the socket stays the
  // caller's. `tls`: what its bytes go through; null: nothing.
  [[nodiscard]] const Session* Open(int fd, SessionFacts facts,
                                    std::unique_ptr<TlsStream> tls = nullptr);

  // --- What services ask for.
  void SendToUser(std::string_view user_id, const MessagePtr& message, const Exclusions* exclude,
                  Outcome& outcome);
  void SendToSession(SessionSlot slot, const MessagePtr& message, Outcome& outcome);
  // False: too many fan-outs are open; nothing was taken.
  [[nodiscard]] bool SendToAudience(const AudiencePtr& audience, const MessagePtr& message,
                                    Ticket<Outcome>& ticket) {
    return delivery_.Accept(audience, message, ticket);
  }
  // A backend answered the session's oldest unanswered message: `reply` (null: nothing) goes to it,
  // or it ends.
  void AnswerMessage(SessionSlot slot, const MessagePtr& reply, std::optional<CloseReason> end);
  // Each returns how many sessions it ended.
  uint32_t KickUser(std::string_view user_id, const Exclusions* exclude, const Kick& kick);
  uint32_t KickSession(SessionSlot slot, const Kick& kick);
  uint32_t KickAudience(const Audience* audience, const Kick& kick);
  uint32_t Revoke(const Revocation& revocation);
  [[nodiscard]] std::optional<SessionInfo> Describe(SessionSlot slot);
  [[nodiscard]] SessionPage List(const Audience* audience, uint32_t from, uint32_t max);
  [[nodiscard]] UserPresence Presence(std::string_view user_id);
  void SetLimits(LimitsPtr limits) { context_.limits = std::move(limits); }
  [[nodiscard]] const Limits& limits() const { return *context_.limits; }

  // Ends as many open sessions as may leave now, with the draining code and the time to stay away.
  void Release(ReleasePace& pace, Time now);

 private:
  void End(Session& session, CloseReason reason) override {
    End(session, Ending{.reason = reason});
  }
  void End(Session& session, const Ending& ending);
  void Renew(Session& session, const TokenMark& token) override;
  // Sends what waits and, when nothing is left of a closing session, shuts its write side.
  void FlushOrDestroy(Session& session);
  void Destroy(Session& session);
  void Read(Session& session);
  void Revisit(Session& session);  // Reads on in a later turn.
  void SetNextPing(Session& session);
  // The session's only deadline, or its token's where that comes first.
  void SetDeadline(Session& session, Time due);
  void HandOver();  // What clients said so far in this turn; then replies to what they asked.
  void TellOpened(const Session& session);
  void TellEnded(const Session& session, const Ending& ending);
  void HandOverEventsIfMany();
  void HandOverEvents();
  void OnDeadline(Session& session);
  void LogEnding(const Session& session, const Ending& ending);
  [[nodiscard]] std::vector<Session*> OfUser(std::string_view user_id, const Exclusions* exclude);
  [[nodiscard]] uint32_t Random(uint32_t below);

  SessionContext context_;
  SessionTable table_;
  SessionWriter writer_;
  JsonProtocol json_;
  SessionReader reader_;
  Encoder encoder_;
  AudienceFinder finder_;
  Delivery delivery_;
  Wheel wheel_;
  WirePtr ping_;
  std::vector<char> scratch_;  // What every read goes through.
  std::vector<SessionSlot> revisits_;
  std::vector<uint32_t> due_;
  std::vector<int>
      dead_fds_;  // Closed at the end of the turn, so that no number comes back within it.
  LogGate log_gate_;
  uint32_t live_ = 0;  // Open and closing.
  uint32_t random_;
};

}  // namespace wsgate
