#include "gateway/shard/shard.h"

#include <pthread.h>

#include <algorithm>
#include <string>

#include "gateway/base/check.h"

namespace wsgate {
namespace {

// How often a draining shard looks who may leave, at most: what is due in between is not lost.
constexpr Duration kReleaseInterval = ReleasePace::kLateness / 2;

}  // namespace

Shard::Shard(const SessionSettings& settings, ShardStats& stats, Admission& admission,
             InboundSink& inbound, SessionEventSink& events, CompletionQueue& completions,
             LimitsPtr limits, const MakeDoor& make_door)
    : index_(settings.shard),
      stats_(stats),
      completions_(completions),
      sessions_(settings, stats, admission, inbound, events, std::move(limits), SteadyNow()),
      door_(make_door({.index = settings.shard,
                       .stats = stats,
                       .admission = admission,
                       .poller = poller_,
                       .sessions = sessions_})),
      now_(SteadyNow()) {
  WSGATE_CHECK(poller_.Add(mailbox_.event_fd(), {.kind = PollKind::kMailbox}));
}

Shard::~Shard() {
  Stop();
}

void Shard::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), ("shard" + std::to_string(index_)).c_str());
}

void Shard::Stop() {
  if (!thread_.joinable()) return;
  while (!mailbox_.TryPost(ControlCommand(StopCommand{}))) std::this_thread::yield();
  thread_.join();
}

void Shard::Run() {
  while (!stopping_) {
    // Where threads share a core, the rest of a burst is with the thread that waits for it. Once a
    // fan-out has begun nothing joins it: then the core is not offered again.
    if (sessions_.IsJoinable()) std::this_thread::yield();
    const Time until = WaitUntil();
    const bool may_sleep = until > now_ && mailbox_.TrySleep();
    const std::span<const epoll_event> events = poller_.Wait(now_, may_sleep ? until : now_);
    mailbox_.Awake();
    now_ = SteadyNow();
    sessions_.BeginTurn(now_);
    mailbox_.Take(control_, sends_);
    for (ControlCommand& command : control_) Execute(command);
    Dispatch(events);
    door_->OnTurn(now_);
    if (release_) sessions_.Release(*release_, SteadyNow());
    sessions_.Work();
    for (SendCommand& command : sends_) Execute(command);
    sessions_.EndTurn();
    if (!sessions_.completions().empty()) completions_.Post(sessions_.completions());
    stats_.loop_lag.Record(SteadyNow() - now_, now_);
  }
  control_.clear();
  sends_.clear();
}

Time Shard::WaitUntil() const {
  if (sessions_.HasWork()) return now_;
  Time until = door_->NextDeadline();
  if (!sessions_.empty()) until = std::min(until, sessions_.NextTick());
  if (release_ && sessions_.HasOpen()) {
    until = std::min(until, std::max(release_->next_due(), now_ + kReleaseInterval));
  }
  return until;
}

void Shard::Dispatch(std::span<const epoll_event> events) {
  for (const epoll_event& event : events) {
    const PollDatum datum = PollDatum::Unpack(event.data.u64);
    switch (datum.kind) {
      case PollKind::kMailbox:
        break;  // Its work is done: it woke us.
      case PollKind::kListener:
        door_->OnAcceptable(now_);
        break;
      case PollKind::kHandshake:
        door_->OnHandshakeEvent(datum.slot, now_);
        break;
      case PollKind::kSession:
        sessions_.OnEvent(datum.slot,
                          {.readable = (event.events & EPOLLIN) != 0,
                           .writable = (event.events & EPOLLOUT) != 0,
                           .hung_up = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0});
        break;
    }
  }
}

void Shard::Execute(ControlCommand& command) {
  std::visit([this](auto& it) { On(it); }, command);
}

void Shard::Execute(SendCommand& command) {
  std::visit([this](auto& it) { On(it); }, command);
}

void Shard::On(HandOverCommand& command) {
  door_->OnHandOver(std::move(command.upgrade), now_);
}

void Shard::On(KickUsersCommand& command) {
  uint32_t kicked = 0;
  for (const std::string& user : command.user_ids) {
    kicked += sessions_.KickUser(user, command.exclude.get(), command.kick);
  }
  command.ticket.Answer(kicked, sessions_.completions());
}

void Shard::On(KickSessionCommand& command) {
  command.ticket.Answer(sessions_.KickSession(command.slot, command.kick), sessions_.completions());
}

void Shard::On(KickAudienceCommand& command) {
  command.ticket.Answer(sessions_.KickAudience(command.audience.get(), command.kick),
                        sessions_.completions());
}

void Shard::On(RevokeCommand& command) {
  const Revocation revocation{.token_id = command.token_id,
                              .user_id = command.user_id,
                              .not_before_s = command.not_before_s};
  command.ticket.Answer(sessions_.Revoke(revocation), sessions_.completions());
}

void Shard::On(DescribeSessionCommand& command) {
  command.ticket.Answer(sessions_.Describe(command.slot), sessions_.completions());
}

void Shard::On(ListSessionsCommand& command) {
  command.ticket.Answer(sessions_.List(command.audience.get(), command.from, command.max),
                        sessions_.completions());
}

void Shard::On(DescribeUsersCommand& command) {
  std::vector<UserPresence> presences;
  presences.reserve(command.user_ids.size());
  for (const std::string& user : command.user_ids) presences.push_back(sessions_.Presence(user));
  command.ticket.Answer(std::move(presences), sessions_.completions());
}

void Shard::On(SetLimitsCommand& command) {
  sessions_.SetLimits(std::move(command.limits));
  command.ticket.Answer(true, sessions_.completions());
}

void Shard::On(ConnectDecisionCommand& command) {
  door_->OnDecision(command.slot, std::move(command.decision), now_);
}

void Shard::On(MessageAnswerCommand& command) {
  sessions_.AnswerMessage(command.slot, command.reply, command.end);
}

void Shard::On(RefuseCommand&) {
  door_->Refuse(now_);
}

void Shard::On(ReleaseCommand& command) {
  release_ = std::move(command.pace);
}

void Shard::On(StopCommand&) {
  stopping_ = true;
}

void Shard::On(SendToUserCommand& command) {
  Outcome outcome{.shards_asked = 1};
  sessions_.SendToUser(command.user_id, command.message, command.exclude.get(), outcome);
  command.ticket.Answer(std::move(outcome), sessions_.completions());
}

void Shard::On(SendToUsersCommand& command) {
  Outcome outcome{.shards_asked = 1};
  for (std::string& user : command.user_ids) {
    const uint32_t offline = outcome.offline;
    sessions_.SendToUser(user, command.message, command.exclude.get(), outcome);
    if (outcome.offline != offline) outcome.offline_users.push_back(std::move(user));
  }
  command.ticket.Answer(std::move(outcome), sessions_.completions());
}

void Shard::On(SendToSessionCommand& command) {
  Outcome outcome{.shards_asked = 1};
  sessions_.SendToSession(command.slot, command.message, outcome);
  command.ticket.Answer(std::move(outcome), sessions_.completions());
}

void Shard::On(SendToAudienceCommand& command) {
  if (sessions_.SendToAudience(command.audience, command.message, command.ticket)) return;
  command.ticket.Answer(Outcome{.shards_asked = 1, .shards_full = 1}, sessions_.completions());
}

}  // namespace wsgate
