// Where what a client said becomes a message for services.
#pragma once

#include <string_view>

#include "gateway/message/message.h"
#include "gateway/session/session.h"
#include "gateway/session/session_context.h"

namespace wsgate {

// Counts the message and copies it into the turn's batch. False: no service listens; it was counted
// as dropped.
[[nodiscard]] bool AddInbound(Session& session, PayloadKind kind, std::string_view payload,
                              SessionContext& context);

}  // namespace wsgate
