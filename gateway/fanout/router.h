// The one road from the control API to the sessions, whatever shard they live on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "gateway/base/ids.h"
#include "gateway/config/limits.h"
#include "gateway/message/close_reason.h"
#include "gateway/message/completion.h"
#include "gateway/message/message.h"
#include "gateway/message/outcome.h"
#include "gateway/message/session_info.h"
#include "gateway/message/target.h"
#include "gateway/message/token_revocation.h"

namespace wsgate {

class Revocations;
class ShardSet;

// Where a listing stands: the next shard and the next slot in it.
struct ListCursor {
  uint32_t shard = 0;
  uint32_t slot = 0;
  friend bool operator==(const ListCursor&, const ListCursor&) = default;
};
struct SessionList {
  std::vector<SessionInfo> sessions;
  std::optional<ListCursor> next;  // nullopt: this was the last page.
};

struct ToUser {
  std::string user_id;
  ExclusionsPtr exclude;  // May be null.
};
struct ToUsers {
  std::vector<std::string> user_ids;  // Without duplicates.
  ExclusionsPtr exclude;              // May be null.
};
struct ToSession {
  SessionId session;
};
struct ToAudience {
  AudiencePtr audience;  // Null: everyone.
};
// Whom a send or a disconnect means.
using Destination = std::variant<ToUser, ToUsers, ToSession, ToAudience>;

// Flow:    control → Router → mailboxes of the shards concerned → Join → completion thread →
// control. Owner:   App.   Threads: any; never blocks; every `done` runs exactly once, on a
// completion thread. Bounds:  one mailbox slot a shard concerned; payloads are shared, never
// copied.
class Router {
 public:
  template <class T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  // `revocations`: of the tokens that are checked; null: none are.
  Router(ShardSet& shards, CompletionQueue& completions, uint64_t incarnation,
         Revocations* revocations = nullptr)
      : shards_(shards),
        completions_(completions),
        incarnation_(incarnation),
        revocations_(revocations) {}

  // Sends `message` to every session that `to` names. A deadline of the caller cancels its wait,
  // never the send. Errors: ResourceExhausted: every mailbox concerned is full, nothing was sent.
  // NotFound: ToSession names no open session. Unavailable: the gateway stopped before it could say
  // what became of it.
  void Publish(Destination to, MessagePtr message, Done<Outcome> done,
               Patience patience = Patience::kPrompt);

  // Ends every session that `to` names; answers how many. ToSession of an unknown session is 0.
  void Disconnect(Destination to, Kick kick, Done<uint32_t> done);

  // Remembers what is revoked, for those who come later, and ends the sessions whose tokens are
  // meant; answers how many. Errors: FailedPrecondition: no tokens are checked here. OutOfRange:
  // as much is remembered as may be, nothing was done. ResourceExhausted: it is remembered, but
  // mailboxes were full.
  void Revoke(const TokenRevocation& revocation, Done<uint32_t> done);
  // Entries that are remembered.
  [[nodiscard]] size_t revocations() const;

  // A backend answered the session's oldest unanswered message: `reply` (null: nothing) goes to it,
  // or it ends. A session that is gone is left alone.
  void AnswerMessage(SessionId session, MessagePtr reply, std::optional<CloseReason> end);

  // NotFound: no such open session.
  void GetSession(SessionId session, Done<SessionInfo> done);

  // Up to `page_size` sessions from `from` on, in the order of their slots. Null audience: all.
  void ListSessions(AudiencePtr audience, uint32_t page_size, ListCursor from,
                    Done<SessionList> done);

  // One entry for each user id, in the order given.
  void GetUserStatus(std::vector<std::string> user_ids, Done<std::vector<UserPresence>> done);

  // Answers when every shard has taken them.
  void SetLimits(LimitsPtr limits, Done<LimitsPtr> done);

  [[nodiscard]] uint64_t incarnation() const { return incarnation_; }

 private:
  struct Sender;
  struct Kicker;

  ShardSet& shards_;
  CompletionQueue& completions_;
  const uint64_t incarnation_;
  Revocations* const revocations_;
};

}  // namespace wsgate
