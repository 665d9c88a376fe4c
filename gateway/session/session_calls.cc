// What services ask of a shard's sessions.
#include <algorithm>
#include <utility>

#include "gateway/session/sessions.h"

namespace wsgate {
namespace {

constexpr uint32_t kListedPerTurn = 4096;  // Slots that one part of a listing looks at.

Ending EndingOf(const Kick& kick) {
  return {.reason = CloseReason::kKicked, .code = kick.code, .text = kick.reason};
}

}  // namespace

std::vector<Session*> Sessions::OfUser(std::string_view user_id, const Exclusions* exclude) {
  std::vector<Session*> sessions;
  Session* first = table_.FirstOf(user_id);
  for (Session* at = first; at != nullptr;) {
    if (exclude == nullptr || !finder_.IsExcluded(*at, *exclude)) sessions.push_back(at);
    at = at->user_next == first->slot.index ? nullptr : &table_[at->user_next];
  }
  return sessions;
}

void Sessions::SendToUser(std::string_view user_id, const MessagePtr& message,
                          const Exclusions* exclude, Outcome& outcome) {
  Session* first = table_.FirstOf(user_id);
  if (first == nullptr) {
    ++outcome.offline;
    return;
  }
  Encodings encodings;
  if (exclude == nullptr &&
      first->user_next == first->slot.index) {  // One session, as nearly everybody.
    return delivery_.SendDirect(*first, message, encodings, outcome);
  }
  const std::vector<Session*> sessions = OfUser(user_id, exclude);
  // Who is bound to a tenant is not told that others have this user.
  if (sessions.empty() && exclude != nullptr && !exclude->tenant_prefix.empty()) ++outcome.offline;
  for (Session* session : sessions) {
    delivery_.SendDirect(*session, message, encodings, outcome);
  }
}

void Sessions::SendToSession(SessionSlot slot, const MessagePtr& message, Outcome& outcome) {
  Encodings encodings;
  if (Session* session = table_.Find(slot)) {
    delivery_.SendDirect(*session, message, encodings, outcome);
  }
}

void Sessions::AnswerMessage(SessionSlot slot, const MessagePtr& reply,
                             std::optional<CloseReason> end) {
  Session* session = table_.Find(slot);
  if (session == nullptr) return;
  if (end) return End(*session, Ending{.reason = *end});
  if (reply) {
    Outcome outcome;
    Encodings encodings;
    delivery_.SendDirect(*session, reply, encodings, outcome);
    if (session->state != SessionState::kOpen) return;
  }
  --session->unanswered;
  if (!session->paused) return;
  session->paused = false;
  session->received_tick = wheel_.TickOf(context_.now);  // It had no chance to be heard.
  SetNextPing(*session);
  Revisit(*session);
}

uint32_t Sessions::KickUser(std::string_view user_id, const Exclusions* exclude, const Kick& kick) {
  const std::vector<Session*> sessions = OfUser(user_id, exclude);
  for (Session* session : sessions) End(*session, EndingOf(kick));
  return static_cast<uint32_t>(sessions.size());
}

uint32_t Sessions::KickSession(SessionSlot slot, const Kick& kick) {
  Session* session = table_.Find(slot);
  if (session == nullptr) return 0;
  End(*session, EndingOf(kick));
  return 1;
}

uint32_t Sessions::KickAudience(const Audience* audience, const Kick& kick) {
  const SlotSet found = finder_.Find(audience);
  for (uint32_t at = found.Next(0); at != kNoSlot; at = found.Next(at + 1)) {
    End(table_[at], EndingOf(kick));
  }
  return found.count();
}

uint32_t Sessions::Revoke(const Revocation& revocation) {
  uint32_t ended = 0;
  const auto end_if_meant = [&](Session& session) {
    if (!session.has_token) return;
    if (!Means(revocation, session.facts.user_id(), session.facts.token())) return;
    End(session, Ending{.reason = CloseReason::kTokenRevoked});
    ++ended;
  };
  if (!revocation.user_id.empty()) {
    for (Session* session : OfUser(revocation.user_id, nullptr)) end_if_meant(*session);
    return ended;
  }
  const SlotSet& open = table_.open();
  for (uint32_t at = open.Next(0); at != kNoSlot; at = open.Next(at + 1)) end_if_meant(table_[at]);
  return ended;
}

std::optional<SessionInfo> Sessions::Describe(SessionSlot slot) {
  const Session* session = table_.Find(slot);
  if (session == nullptr) return std::nullopt;
  return finder_.Describe(*session);
}

SessionPage Sessions::List(const Audience* audience, uint32_t from, uint32_t max) {
  SessionPage page;
  const SlotSet& open = table_.open();
  uint32_t at = open.Next(from);
  for (uint32_t looked = 0; at != kNoSlot && looked < kListedPerTurn && page.sessions.size() < max;
       ++looked, at = open.Next(at + 1)) {
    const Session& session = table_[at];
    if (audience == nullptr || finder_.Matches(session, *audience)) {
      page.sessions.push_back(finder_.Describe(session));
    }
  }
  page.next = at == kNoSlot ? kSlotsPerShardMax : at;
  return page;
}

UserPresence Sessions::Presence(std::string_view user_id) {
  UserPresence presence{.user_id = std::string(user_id)};
  for (const Session* session : OfUser(user_id, nullptr)) {
    presence.session_ids.push_back(IdOf(*session, context_.settings).ToString());
  }
  return presence;
}

void Sessions::Release(ReleasePace& pace, Time now) {
  const SlotSet& open = table_.open();
  for (uint32_t at = open.Next(0); at != kNoSlot; at = open.Next(at + 1)) {
    const std::optional<std::chrono::milliseconds> away = pace.TryTake(now);
    if (!away) return;
    Session& session = table_[at];
    const auto after_ms = static_cast<uint32_t>(away->count());
    if (session.encoding == Encoding::kJson) json_.AnnounceDraining(session, after_ms);
    End(session, {.reason = CloseReason::kDraining,
                  .text = "draining reconnect_after_ms=" + std::to_string(after_ms)});
  }
}

}  // namespace wsgate
