// Which sessions of a shard a filter names.
#pragma once

#include <string>

#include "gateway/message/session_info.h"
#include "gateway/message/target.h"
#include "gateway/session/session_context.h"
#include "gateway/session/session_table.h"
#include "gateway/session/slot_set.h"

namespace wsgate {

[[nodiscard]] SessionId IdOf(const Session& session, const SessionSettings& settings);

// Flow:    Delivery, Sessions → AudienceFinder → SessionTable.
// Owner:   Sessions of one shard.   Threads: that shard's only.
// Bounds:  looks only at the named ones where user or session ids are given, else at every open
// session once.
class AudienceFinder {
 public:
  AudienceFinder(SessionTable& table, const SessionContext& context)
      : table_(table), context_(context) {}

  // The open sessions that `audience` names now; null: all of them.
  [[nodiscard]] SlotSet Find(const Audience* audience) const;
  [[nodiscard]] bool Matches(const Session& session, const Audience& audience) const;
  [[nodiscard]] bool IsExcluded(const Session& session, const Exclusions& exclusions) const;
  [[nodiscard]] SessionInfo Describe(const Session& session) const;

 private:
  SessionTable& table_;
  const SessionContext& context_;
};

}  // namespace wsgate
