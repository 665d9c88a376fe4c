#include "control/session_match.h"

#include <algorithm>
#include <string>

namespace wsgate {

bool Matches(const v1::Session& session, const SessionFilter& filter) {
  const auto in = [](const StringSet& set, const std::string& text) {
    return set.empty() || set.contains(text);
  };
  const auto has = [&](const auto& entry) {
    const auto found = session.metadata().find(entry.first);
    return found != session.metadata().end() && found->second == entry.second;
  };
  return in(filter.user_ids, session.user_id()) && in(filter.session_ids, session.session_id()) &&
         in(filter.tenants, session.tenant()) && session.path().starts_with(filter.path_prefix) &&
         (filter.subprotocol.empty() || session.subprotocol() == filter.subprotocol) &&
         std::all_of(filter.metadata.begin(), filter.metadata.end(), has);
}

}  // namespace wsgate
