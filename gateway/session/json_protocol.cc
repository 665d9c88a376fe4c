#include "gateway/session/json_protocol.h"

#include <spdlog/spdlog.h>

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
                           SessionEnder& ender, SessionRenewer& renewer)
    : context_(context),
      table_(table),
      writer_(writer),
      ender_(ender),
      renewer_(renewer),
      ping_(MakeWire(PingFrames())) {
  TokenAuthority* const authority = context_.settings.authority;
  if (authority != nullptr) verifier_.emplace(authority->rules, authority->keys);
}

void JsonProtocol::Greet(Session& session) {
  const std::string session_id = IdOf(session, context_.settings).ToString();
  std::string frame;
  AppendHelloFrame({.session_id = session_id,
                    .user_id = session.facts.user_id(),
                    .ping_interval_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                            context_.settings.ping_interval)
                                            .count(),
                    .refresh = verifier_.has_value()},
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
  Owed& owed = replies_.emplace_back(Owed{.session = session.slot,
                                          .id = request.id,
                                          .kind = request.kind,
                                          .error = request.error,
                                          .detail = std::move(request.detail),
                                          .place = place});
  if (request.kind == JsonRequestKind::kRefresh) Refresh(session, request.token, owed);
}

void JsonProtocol::Refresh(Session& session, std::string_view token, Owed& owed) {
  const auto refuse = [&owed](JsonError error, std::string detail = "") {
    owed.kind = JsonRequestKind::kBad;
    owed.error = error;
    owed.detail = std::move(detail);
  };
  if (!verifier_) return refuse(JsonError::kRequestUnknown, "`refresh`");
  if (!owed.detail.empty()) return refuse(JsonError::kBadField, std::move(owed.detail));
  const int64_t now_s = WallSeconds();
  TokenResult result = verifier_->Verify(token, now_s);
  if (const auto* good = std::get_if<TokenIdentity>(&result);
      good != nullptr &&
      context_.settings.authority->revocations.IsRevoked(good->user_id, good->mark, now_s)) {
    result = TokenError::kRevoked;
  }
  if (const auto* error = std::get_if<TokenError>(&result)) {
    context_.stats.tokens_bad[*error].Add();
    if (const std::optional<uint64_t> left_out = log_gate_.Pass(context_.now)) {
      spdlog::info("refresh refused: {} session={} user={} lines_left_out={}", LabelOf(*error),
                   IdOf(session, context_.settings).ToString(), session.facts.user_id(), *left_out);
    }
    return refuse(*error == TokenError::kKeysUnavailable ? JsonError::kKeysUnavailable
                                                         : JsonError::kBadToken);
  }
  context_.stats.tokens_good.Add();
  const auto& identity = std::get<TokenIdentity>(result);
  const bool tenants = !context_.settings.authority->rules.tenant_claim.empty();
  if (!session.has_token || identity.user_id != session.facts.user_id() ||
      (tenants && identity.tenant != session.facts.tenant())) {
    owed.end = CloseReason::kOtherUser;
    return refuse(JsonError::kBadToken);
  }
  renewer_.Renew(session, identity.mark);
}

void JsonProtocol::Append(const Owed& owed, std::optional<InboundDrop> dropped, std::string& out) {
  switch (owed.kind) {
    case JsonRequestKind::kMessage:
      if (dropped) return AppendErrorFrame(owed.id, ErrorOf(*dropped), "", out);
      if (owed.id) AppendOkFrame(*owed.id, out);
      return;
    case JsonRequestKind::kRefresh:
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
    std::optional<CloseReason> end;
    for (; owed != replies.end() && owed->session == slot; ++owed) {
      std::optional<InboundDrop> dropped;
      if (owed->kind == JsonRequestKind::kMessage) {
        while (next_refused != refused.end() && next_refused->index < owed->place) ++next_refused;
        if (next_refused != refused.end() && next_refused->index == owed->place) {
          dropped = next_refused->reason;
        }
      }
      Append(*owed, dropped, frames);
      if (owed->end) end = owed->end;
    }
    if (Session* session = table_.Find(slot)) Send(*session, std::move(frames));
    if (Session* session = end ? table_.Find(slot) : nullptr) ender_.End(*session, *end);
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
