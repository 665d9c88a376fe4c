// What control shows of sessions, copied out of a shard.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/base/ids.h"
#include "gateway/message/session_facts.h"

namespace wsgate {

struct SessionInfo {
  SessionId id;
  SessionFacts facts;
  int64_t connected_at_us = 0;  // Wall clock.
  uint64_t messages_received = 0;
  uint64_t messages_sent = 0;
  uint64_t queued_bytes = 0;
};

// A part of a listing. `next` is where to go on; done when it is kSlotsPerShardMax.
struct SessionPage {
  std::vector<SessionInfo> sessions;
  uint32_t next = 0;
};

struct UserPresence {
  std::string user_id;
  std::vector<std::string> session_ids;
};

// How a service ends a session: CloseReason::kKicked with a code and a text of its own.
struct Kick {
  uint16_t code = 0;
  std::string reason;
};

}  // namespace wsgate
