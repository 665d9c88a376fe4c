// Whether a filter names a session of which control has a copy.
#pragma once

#include "gateway/message/target.h"
#include "wsgate/v1/session.pb.h"

namespace wsgate {

// As a shard would say; `connected_for` is not looked at.
[[nodiscard]] bool Matches(const v1::Session& session, const SessionFilter& filter);

}  // namespace wsgate
