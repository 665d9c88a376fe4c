#include "gateway/session/sessions.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "gateway/message/frame_header.h"

namespace wsgate {
namespace {

constexpr size_t kReadBufferBytes = 64 * 1024;
constexpr Duration kTokenLifeMax = std::chrono::hours(24 * 365 * 5);  // What the wheel can hold.

WirePtr PingFrame() {
  auto frame = std::make_shared<WireBuffer>();
  AppendServerFrameHeader(Opcode::kPing, 0, frame->bytes);
  return frame;
}

// RFC 6455 section 5.5.1. A client's own code is echoed; without one the frame is empty.
WirePtr CloseFrame(const Ending& ending) {
  const CloseReasonRow& row = RowOf(ending.reason);
  auto frame = std::make_shared<WireBuffer>();
  if (ending.reason == CloseReason::kClientClosed) {
    AppendServerFrameHeader(Opcode::kClose, ending.code == 0 ? 0 : 2, frame->bytes);
    if (ending.code == 0) return frame;
  }
  const uint16_t code = ending.code != 0 ? ending.code : row.code;
  const bool echo = ending.reason == CloseReason::kClientClosed;
  const std::string_view text = echo ? "" : ending.text.empty() ? row.label : ending.text;
  if (!echo) AppendServerFrameHeader(Opcode::kClose, 2 + text.size(), frame->bytes);
  frame->bytes.push_back(static_cast<char>(code >> 8));
  frame->bytes.push_back(static_cast<char>(code));
  frame->bytes.append(text);
  return frame;
}

}  // namespace

Sessions::Sessions(const SessionSettings& settings, ShardStats& stats, Admission& admission,
                   InboundSink& inbound, SessionEventSink& events, LimitsPtr limits, Time now)
    : context_{.settings = settings,
               .stats = stats,
               .admission = admission,
               .inbound = inbound,
               .events = events,
               .limits = std::move(limits),
               .now = now},
      writer_(context_),
      json_(context_, table_, writer_, *this, *this),
      reader_(context_, writer_, json_),
      encoder_(settings.compression, stats),
      finder_(table_, context_),
      delivery_(table_, context_, writer_, encoder_, *this),
      wheel_(table_, now),
      ping_(PingFrame()),
      scratch_(kReadBufferBytes),
      random_(static_cast<uint32_t>(settings.incarnation) | 1) {}

Sessions::~Sessions() {
  for (uint32_t index = 0; index < table_.used_slots(); ++index) {
    Session& session = table_[index];
    if (session.state == SessionState::kOpen) End(session, CloseReason::kDraining);
    if (session.state == SessionState::kClosing) Destroy(session);
  }
  EndTurn();
}

uint32_t Sessions::Random(
    uint32_t below) {  // Spreads load; nothing secret hangs on it (xorshift32).
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  return random_ % below;
}

void Sessions::BeginTurn(Time now) {
  context_.now = now;
}

const Session* Sessions::Open(int fd, SessionFacts facts, std::unique_ptr<TlsStream> tls) {
  Session* session = table_.Open(fd, std::move(facts));
  if (session == nullptr) return nullptr;
  ++live_;
  context_.tls.Put(*session, std::move(tls));
  session->connected_at_us = WallMicros();
  session->received_tick = wheel_.TickOf(context_.now);
  context_.stats.accepted.Add();
  context_.stats.sessions.Add();
  context_.stats.users.Set(table_.users());
  if (session->has_token) {
    Renew(*session, session->facts.token());
  } else {
    SetNextPing(*session);
  }
  if (context_.events.wants_events()) TellOpened(*session);
  if (session->encoding == Encoding::kJson) json_.Greet(*session);
  // What has left the socket already raises no edge.
  if (const TlsStream* stream = context_.tls.Of(*session); stream && stream->has_more()) {
    Revisit(*session);
  }
  return session;
}

void Sessions::SetNextPing(Session& session) {
  // Spread over 0.9 to 1.1 intervals, so that those who came together are not pinged together.
  const Duration interval = context_.settings.ping_interval;
  SetDeadline(session, context_.now + interval * (900 + Random(200)) / 1000);
}

void Sessions::SetDeadline(Session& session, Time due) {
  if (session.has_token) due = std::min(due, session.facts.token().deadline);
  wheel_.Set(session, due);
}

void Sessions::Renew(Session& session, const TokenMark& token) {
  TokenMark mark = token;
  if (mark.expires_at_s != TokenMark::kNever) {
    const Duration left =
        std::chrono::seconds(mark.expires_at_s) - std::chrono::microseconds(WallMicros());
    mark.deadline = context_.now + std::min<Duration>(left, kTokenLifeMax);
  }
  session.facts.SetToken(mark);
  SetNextPing(session);
}

void Sessions::OnEvent(SessionSlot slot, Events events) {
  Session* session = table_.Find(slot, /*open_only=*/false);
  if (session == nullptr) return;  // Ended earlier in this turn.
  if (events.writable && (session->queue || session->tls)) {
    FlushOrDestroy(*session);
    if (session->state == SessionState::kFree) return;
  }
  session->hung_up = session->hung_up || events.hung_up;
  if (events.readable || events.hung_up) Read(*session);
}

void Sessions::Read(Session& session) {
  if (session.state == SessionState::kClosing) {
    if (SessionReader::Discard(session.fd, scratch_)) Destroy(session);
    return;
  }
  if (session.revisit) return;  // Its turn comes.
  if (session.paused) return;   // Its last answer makes it read on.
  SessionReader::Result result{.ending = reader_.ReadKept(session), .more = true};
  if (!result.ending && !session.paused) {
    result = reader_.Read(session, scratch_, wheel_.TickOf(context_.now));
  }
  if (result.ending) {
    // What it said before goes first: who answers at once is still heard (RFC 6455 section 7.1.7).
    HandOver();
    return End(session, *result.ending);
  }
  if (session.paused) {
    SetDeadline(session, context_.now + context_.inbound.patience());
  } else if (result.more) {
    Revisit(session);
  }
  if (json_.full()) HandOver();
}

void Sessions::Revisit(Session& session) {
  if (session.revisit) return;
  session.revisit = true;
  revisits_.push_back(session.slot);
}

void Sessions::Work() {
  std::vector<SessionSlot> revisits = std::exchange(revisits_, {});
  const Time until = context_.now + kSliceBudget;
  size_t done = 0;
  while (done < revisits.size() && (done == 0 || SteadyNow() < until)) {
    Session* session = table_.Find(revisits[done++], /*open_only=*/false);
    if (session == nullptr) continue;
    session->revisit = false;
    Read(*session);
  }
  // Those whose time did not come go first in the next turn.
  revisits_.insert(revisits_.begin(), revisits.begin() + static_cast<ptrdiff_t>(done),
                   revisits.end());
  delivery_.WorkSlice(kSliceBudget);
  due_.clear();
  wheel_.Advance(context_.now, due_);
  for (const uint32_t index : due_) OnDeadline(table_[index]);
}

void Sessions::HandOver() {
  InboundRefusals refused;
  if (!context_.inbound_batch.empty()) refused = context_.inbound.Deliver(context_.inbound_batch);
  json_.Reply(refused);
}

void Sessions::EndTurn() {
  HandOver();
  HandOverEvents();
  for (const int fd : dead_fds_) {
    ::close(fd);
    context_.admission.descriptors.Release();
  }
  dead_fds_.clear();
}

void Sessions::OnDeadline(Session& session) {
  if (session.state == SessionState::kClosing) return Destroy(session);
  if (session.state != SessionState::kOpen) return;
  if (session.has_token && session.facts.token().deadline <= context_.now) {
    return End(session, CloseReason::kTokenExpired);
  }
  // While it is not read, its silence says nothing.
  if (session.paused) return End(session, CloseReason::kBackendSlow);
  const Duration interval = context_.settings.ping_interval;
  const Duration silence =
      int64_t{wheel_.TickOf(context_.now) - session.received_tick} * Wheel::kTick;
  if (silence >= 2 * interval) return End(session, CloseReason::kNoPong);
  const bool json = session.encoding == Encoding::kJson;
  // Who was heard of late need not be asked; but a page takes silence for a dead link.
  if (json || silence >= interval / 2) {
    context_.stats.pings_sent.Add();
    if (writer_.SendControl(session, QueuedKind::kPing, json ? json_.ping() : ping_) ==
        SendResult::kBroken) {
      return End(session, CloseReason::kPeerGone);
    }
  }
  SetNextPing(session);
}

void Sessions::End(Session& session, const Ending& ending) {
  if (session.state != SessionState::kOpen) return;
  const bool peer_gone = ending.reason == CloseReason::kPeerGone;
  const bool abandons = peer_gone || ending.reason == CloseReason::kClientClosed ||
                        ending.reason == CloseReason::kSlowConsumer;
  if (!abandons) delivery_.Settle(session);
  if (session.state != SessionState::kOpen) return;  // Paying what was owed ended it.
  LogEnding(session, ending);
  if (context_.events.wants_events()) TellEnded(session, ending);
  table_.MarkClosing(session);
  delivery_.OnLeaving(session);
  session.reader.reset();
  context_.admission.sessions.Release();
  context_.stats.closed[ending.reason].Add();
  context_.stats.sessions.Sub();
  context_.stats.users.Set(table_.users());
  if (peer_gone) return Destroy(session);
  if (abandons) writer_.DropWaiting(session);
  if (writer_.SendControl(session, QueuedKind::kClose, CloseFrame(ending)) == SendResult::kBroken) {
    return Destroy(session);
  }
  wheel_.Set(session, context_.now + context_.settings.close_timeout);
  FlushOrDestroy(session);
}

// One line where a session was ended against its will.
void Sessions::LogEnding(const Session& session, const Ending& ending) {
  switch (ending.reason) {
    case CloseReason::kClientClosed:
    case CloseReason::kPeerGone:
    case CloseReason::kDraining:
      return;
    default:
      break;
  }
  const std::optional<uint64_t> left_out = log_gate_.Pass(context_.now);
  if (!left_out) return;
  const CloseReasonRow& row = RowOf(ending.reason);
  spdlog::info("session ended: {} code={} session={} user={} queued_bytes={} lines_left_out={}",
               row.label, ending.code != 0 ? ending.code : row.code,
               IdOf(session, context_.settings).ToString(), session.facts.user_id(),
               session.queued_bytes(), *left_out);
}

void Sessions::FlushOrDestroy(Session& session) {
  if (!writer_.Flush(session)) {
    if (session.state == SessionState::kOpen) return End(session, CloseReason::kPeerGone);
    return Destroy(session);
  }
  if (session.state == SessionState::kClosing && !session.queue && !session.shut) {
    session.shut = ShutDown(session.fd, context_.tls.Of(session));
  }
}

void Sessions::Destroy(Session& session) {
  if (session.queue) {
    context_.stats.queue_dropped.Add(session.queue->messages());
    context_.stats.queued_bytes.Sub(static_cast<int64_t>(session.queued_bytes()));
  }
  wheel_.Cancel(session);
  dead_fds_.push_back(session.fd);
  context_.tls.Drop(session);
  table_.Free(session);
  --live_;
}

}  // namespace wsgate
