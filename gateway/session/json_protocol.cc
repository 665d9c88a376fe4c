#include "gateway/session/json_protocol.h"

#include <chrono>
#include <utility>

#include "gateway/message/frame_header.h"
#include "gateway/session/audience.h"
#include "gateway/session/inbound_door.h"

namespace wsgate {
namespace {

WirePtr MakeWire(std::string frames) {
  auto wire = std::make_shared<WireBuffer>();
  wire->bytes = std::move(frames);
  return wire;
}

std::string PingFrames() {
  std::string frames;
  AppendServerFrameHeader(Opcode::kPing, 0, frames);
  AppendPingFrame(frames);
  return frames;
}

JsonError ErrorOf(InboundDrop drop) {
  if (drop == InboundDrop::kConsumerFull) return JsonError::kConsumerFull;
  return drop == InboundDrop::kBackendFull ? JsonError::kBackendFull : JsonError::kNoConsumer;
}

}  // namespace

JsonProtocol::JsonProtocol(SessionContext& context, SessionTable& table, SessionWriter& writer,
                           SessionEnder& ender)
    : context_(context),
      table_(table),
      writer_(writer),
      ender_(ender),
      ping_(MakeWire(PingFrames())) {}

void JsonProtocol::Greet(Session& session) {
  const std::string session_id = IdOf(session, context_.settings).ToString();
  std::string frame;
  AppendHelloFrame({.session_id = session_id,
                    .user_id = session.facts.user_id(),
                    .ping_interval_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                            context_.settings.ping_interval)
                                            .count()},
                   frame);
  const WirePtr wire = MakeWire(std::move(frame));
  // Whoever opens the session goes on with it: of a broken one the poller tells.
  (void)writer_.SendMessages(session, std::span(&wire, 1));
}

void JsonProtocol::OnFrame(Session& session, PayloadKind frame_kind, std::string_view frame) {
  JsonRequest request;
  if (frame_kind == PayloadKind::kBinary) {
    request.error = JsonError::kNotText;
  } else {
    request = parser_.Parse(frame);
  }
  if (request.kind == JsonRequestKind::kPong) return;
  const size_t place = context_.inbound_batch.size();
  if (request.kind == JsonRequestKind::kMessage &&
      !AddInbound(session, request.payload_kind, request.payload, context_)) {
    request.kind = JsonRequestKind::kBad;
    request.error = JsonError::kNoConsumer;
  }
  replies_.push_back({.session = session.slot,
                      .id = request.id,
                      .kind = request.kind,
                      .error = request.error,
                      .detail = std::move(request.detail),
                      .place = place});
}

void JsonProtocol::Append(const Owed& owed, std::optional<InboundDrop> dropped, std::string& out) {
  switch (owed.kind) {
    case JsonRequestKind::kMessage:
      if (dropped) return AppendErrorFrame(owed.id, ErrorOf(*dropped), "", out);
      if (owed.id) AppendOkFrame(*owed.id, out);
      return;
    case JsonRequestKind::kPing:
      return AppendPongFrame(owed.id, out);
    case JsonRequestKind::kPong:
      return;
    case JsonRequestKind::kBad:
      return AppendErrorFrame(owed.id, owed.error, owed.detail, out);
  }
}

void JsonProtocol::Reply(const InboundRefusals& refused) {
  if (replies_.empty()) return;
  const std::vector<Owed> replies = std::exchange(replies_, {});
  auto next_refused = refused.begin();
  for (auto owed = replies.begin(); owed != replies.end();) {
    const SessionSlot slot = owed->session;
    std::string frames;  // What one read asked for goes out in one write.
    for (; owed != replies.end() && owed->session == slot; ++owed) {
      std::optional<InboundDrop> dropped;
      if (owed->kind == JsonRequestKind::kMessage) {
        while (next_refused != refused.end() && next_refused->index < owed->place) ++next_refused;
        if (next_refused != refused.end() && next_refused->index == owed->place) {
          dropped = next_refused->reason;
        }
      }
      Append(*owed, dropped, frames);
    }
    if (Session* session = table_.Find(slot)) Send(*session, std::move(frames));
  }
}

void JsonProtocol::AnnounceDraining(Session& session, uint32_t reconnect_after_ms) {
  std::string frame;
  AppendDrainingFrame(reconnect_after_ms, frame);
  const WirePtr wire = MakeWire(std::move(frame));
  // It ends in any case, and its Close says the same.
  (void)writer_.SendMessages(session, std::span(&wire, 1));
}

void JsonProtocol::Send(Session& session, std::string frames) {
  if (frames.empty()) return;
  const WirePtr wire = MakeWire(std::move(frames));
  switch (writer_.SendMessages(session, std::span(&wire, 1)).result) {
    case SendResult::kQueued:
      return;
    case SendResult::kQueueFull:
      return ender_.End(session, CloseReason::kSlowConsumer);
    case SendResult::kBroken:
      return ender_.End(session, CloseReason::kPeerGone);
  }
}

}  // namespace wsgate
