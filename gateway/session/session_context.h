// What the parts of one shard's session engine share.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/admission/admission.h"
#include "gateway/auth/token_authority.h"
#include "gateway/base/clock.h"
#include "gateway/config/limits.h"
#include "gateway/message/completion.h"
#include "gateway/message/inbound.h"
#include "gateway/message/session_event.h"
#include "gateway/metrics/shard_stats.h"
#include "gateway/session/session.h"
#include "gateway/session/tls_streams.h"

namespace wsgate {

// permessage-deflate towards clients.
struct CompressionSettings {
  uint64_t bytes_min = 256;  // Shorter messages go as they are.
  int level = 3;             // zlib's, 1 to 9.
};

// Fixed for a shard's life.
struct SessionSettings {
  uint64_t incarnation = 0;  // Of the process: part of every session id.
  uint8_t shard = 0;
  Duration ping_interval = std::chrono::seconds(25);
  Duration close_timeout = std::chrono::seconds(2);
  // Sessions that one slice of a fan-out visits at most; 0: only time bounds it.
  uint32_t visits_per_slice_max = 0;
  CompressionSettings compression;
  TokenAuthority* authority = nullptr;  // Who checks the tokens of `refresh`; null: nobody.
};

// Owner:   Sessions of one shard.   Threads: that shard's only.
struct SessionContext {
  const SessionSettings settings;
  ShardStats& stats;
  Admission& admission;
  InboundSink& inbound;
  SessionEventSink& events;
  LimitsPtr limits;
  Time now;                                   // Of this turn.
  TlsStreams tls;                             // Of sessions that have it.
  std::vector<InboundMessage> inbound_batch;  // What clients said in this turn.
  std::vector<SessionEvent> event_batch;      // Who came and went in this turn.
  CompletionBatch completions;                // What was answered in this turn.
};

// The limits in force for a session: the node's, or `room` filled with what its own make of them.
[[nodiscard]] inline const Limits& LimitsOf(const Session& session, const SessionContext& context,
                                            std::optional<Limits>& room) {
  if (!session.own_limits) return *context.limits;
  return room.emplace(Overlay(*context.limits, session.facts.limits()));
}

}  // namespace wsgate
