#include "tests/support/session_engine.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <array>
#include <utility>

#include "gateway/base/check.h"

namespace wsgate {

MessagePtr TextMessage(std::string_view text) {
  return MakeMessage(PayloadKind::kText, text, SteadyNow());
}

SessionEngine::SessionEngine(const Limits& limits, SessionSettings settings, uint32_t window) {
  inbound_.answers_window = window;
  spdlog::set_level(spdlog::level::warn);
  if (settings.incarnation == 0) settings.incarnation = 0x1234567890abcdef;
  sessions_ = std::make_unique<Sessions>(settings, stats_, admission_, inbound_, events_,
                                         std::make_shared<const Limits>(limits), now_);
  sessions_->BeginTurn(now_);
}

SessionEngine::~SessionEngine() = default;

Connected SessionEngine::Connect(const Peer& peer, int send_buffer) {
  std::array<int, 2> ends{};
  WSGATE_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  if (send_buffer != 0) {
    ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  }
  Permit::TryTake(admission_.descriptors, ~uint64_t{0}).Keep();
  Permit::TryTake(admission_.sessions, ~uint64_t{0}).Keep();
  const Session* session = sessions_->Open(ends[0], SessionFacts({.user_id = peer.user_id,
                                                                  .path = peer.path,
                                                                  .subprotocol = peer.subprotocol,
                                                                  .deflate_bits = peer.deflate_bits,
                                                                  .metadata = peer.metadata,
                                                                  .limits = peer.limits,
                                                                  .token = peer.token}));
  WSGATE_CHECK(session != nullptr);
  Connected connected{.slot = session->slot, .client = RawClient(ends[1])};
  if (peer.deflate_bits != 0) connected.client.frames().AllowCompressed();
  return connected;
}

AnswerPtr SessionEngine::Send(const AudiencePtr& audience, std::string_view text) {
  auto answer = std::make_shared<Answer>();
  auto join = MakeJoin<Outcome>(1, completions_, [answer](Join<Outcome>::Parts& parts) {
    ++answer->times;
    answer->dropped = !parts[0].ok();
    if (parts[0].ok()) answer->outcome = *parts[0];
  });
  Ticket<Outcome> ticket(std::move(join), 0);
  if (!sessions_->SendToAudience(audience, TextMessage(text), ticket)) return nullptr;
  return answer;
}

Outcome SessionEngine::SendToUser(std::string_view user, std::string_view text) {
  Outcome outcome;
  sessions_->SendToUser(user, TextMessage(text), nullptr, outcome);
  return outcome;
}

Outcome SessionEngine::SendToSession(SessionSlot slot, std::string_view text) {
  return SendToSession(slot, TextMessage(text));
}

Outcome SessionEngine::SendToSession(SessionSlot slot, const MessagePtr& message) {
  Outcome outcome;
  sessions_->SendToSession(slot, message, outcome);
  return outcome;
}

void SessionEngine::NextTurn(Duration by) {
  sessions_->Work();
  sessions_->EndTurn();
  completions_.Post(sessions_->completions());
  now_ += by;
  sessions_->BeginTurn(now_);
}

void SessionEngine::Finish() {
  do {
    NextTurn();
  } while (sessions_->HasWork());
}

}  // namespace wsgate
