// How sessions tell who comes and goes.
#include "gateway/session/sessions.h"

namespace wsgate {
namespace {

// A turn that ends everybody hands over so many at a time: each keeps what is known of a session.
constexpr size_t kEventsPerBatchMax = 1'024;
constexpr uint16_t kNoCloseCode = 1005;  // RFC 6455 section 7.1.5.

uint16_t CodeOf(const Ending& ending) {
  if (ending.code != 0) return ending.code;
  return ending.reason == CloseReason::kClientClosed ? kNoCloseCode : RowOf(ending.reason).code;
}

}  // namespace

void Sessions::TellOpened(const Session& session) {
  context_.event_batch.push_back({.kind = SessionEvent::Kind::kConnected,
                                  .info = finder_.Describe(session),
                                  .at_us = session.connected_at_us});
  HandOverEventsIfMany();
}

void Sessions::TellEnded(const Session& session, const Ending& ending) {
  context_.event_batch.push_back({.kind = SessionEvent::Kind::kDisconnected,
                                  .info = finder_.Describe(session),
                                  .at_us = WallMicros(),
                                  .code = CodeOf(ending),
                                  .reason = ending.reason,
                                  .text = ending.text});
  HandOverEventsIfMany();
}

void Sessions::HandOverEventsIfMany() {
  if (context_.event_batch.size() < kEventsPerBatchMax) return;
  HandOver();  // What a session said goes before its end.
  HandOverEvents();
}

void Sessions::HandOverEvents() {
  if (!context_.event_batch.empty()) context_.events.Deliver(context_.event_batch);
}

}  // namespace wsgate
