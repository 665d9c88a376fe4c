#include "gateway/session/inbound_door.h"

#include <string>

namespace wsgate {

bool AddInbound(Session& session, PayloadKind kind, std::string_view payload,
                SessionContext& context) {
  ++session.messages_received;
  context.stats.messages_received[kind].Add();
  context.stats.bytes_received.Add(payload.size());
  if (!context.inbound.HasConsumer()) {
    context.stats.inbound_dropped[InboundDrop::kNoConsumer].Add();
    return false;
  }
  const uint32_t window = context.inbound.window();
  if (window != 0 && ++session.unanswered >= window) session.paused = true;
  context.inbound_batch.push_back({.session = {.incarnation = context.settings.incarnation,
                                               .shard = context.settings.shard,
                                               .slot = session.slot},
                                   .number = session.messages_received,
                                   .user_id = std::string(session.facts.user_id()),
                                   .tenant = std::string(session.facts.tenant()),
                                   .kind = kind,
                                   .payload = std::string(payload),
                                   .received_at_us = WallMicros()});
  return true;
}

}  // namespace wsgate
