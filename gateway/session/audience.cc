#include "gateway/session/audience.h"

#include <algorithm>

namespace wsgate {

SessionId IdOf(const Session& session, const SessionSettings& settings) {
  return {.incarnation = settings.incarnation, .shard = settings.shard, .slot = session.slot};
}

bool AudienceFinder::IsExcluded(const Session& session, const Exclusions& exclusions) const {
  if (!exclusions.user_ids.empty() && exclusions.user_ids.contains(session.facts.user_id()))
    return true;
  if (!session.facts.tenant().starts_with(exclusions.tenant_prefix)) return true;
  return !exclusions.session_ids.empty() &&
         exclusions.session_ids.contains(IdOf(session, context_.settings).ToString());
}

bool AudienceFinder::Matches(const Session& session, const Audience& audience) const {
  const SessionFilter& filter = audience.filter;
  const SessionFacts& facts = session.facts;
  if (!filter.user_ids.empty() && !filter.user_ids.contains(facts.user_id())) return false;
  if (!filter.tenants.empty() && !filter.tenants.contains(facts.tenant())) return false;
  if (!filter.path_prefix.empty() && !facts.path().starts_with(filter.path_prefix)) return false;
  if (!filter.subprotocol.empty() && NameOf(facts.subprotocol()) != filter.subprotocol)
    return false;
  if (filter.connected_for > Duration::zero() &&
      WallMicros() - session.connected_at_us <
          std::chrono::duration_cast<std::chrono::microseconds>(filter.connected_for).count()) {
    return false;
  }
  const auto has = [&](const auto& entry) { return facts.HasMetadata(entry.first, entry.second); };
  if (!std::all_of(filter.metadata.begin(), filter.metadata.end(), has)) return false;
  if (!filter.session_ids.empty() &&
      !filter.session_ids.contains(IdOf(session, context_.settings).ToString())) {
    return false;
  }
  return !IsExcluded(session, audience.exclusions);
}

SlotSet AudienceFinder::Find(const Audience* audience) const {
  if (audience == nullptr || (audience->filter.empty() && audience->exclusions.empty())) {
    return table_.open();
  }
  SlotSet found;
  const auto consider = [&](const Session& session) {
    if (Matches(session, *audience)) found.Insert(session.slot.index);
  };
  if (!audience->filter.session_ids.empty()) {
    for (const std::string& text : audience->filter.session_ids) {
      const std::optional<SessionId> id = SessionId::Parse(text);
      if (!id || id->incarnation != context_.settings.incarnation) continue;
      if (id->shard != context_.settings.shard) continue;
      if (const Session* session = table_.Find(id->slot)) consider(*session);
    }
  } else if (!audience->filter.user_ids.empty()) {
    for (const std::string& user : audience->filter.user_ids) {
      const Session* first = table_.FirstOf(user);
      for (const Session* at = first; at != nullptr;) {
        consider(*at);
        at = at->user_next == first->slot.index ? nullptr : &table_[at->user_next];
      }
    }
  } else {
    const SlotSet& open = table_.open();
    for (uint32_t at = open.Next(0); at != kNoSlot; at = open.Next(at + 1)) consider(table_[at]);
  }
  return found;
}

SessionInfo AudienceFinder::Describe(const Session& session) const {
  return {.id = IdOf(session, context_.settings),
          .facts = session.facts,
          .connected_at_us = session.connected_at_us,
          .messages_received = session.messages_received,
          .messages_sent = session.messages_sent,
          .queued_bytes = session.queued_bytes()};
}

}  // namespace wsgate
