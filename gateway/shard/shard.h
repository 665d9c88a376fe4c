// One thread, one epoll set, one session engine, one mailbox. Shards share nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/session/sessions.h"
#include "gateway/shard/door.h"
#include "gateway/shard/mailbox.h"
#include "gateway/shard/poller.h"

namespace wsgate {

// What a door may use of its shard.
// Threads: the shard's only.
struct ShardCore {
  const uint32_t index;
  ShardStats& stats;
  Admission& admission;
  Poller& poller;
  Sessions& sessions;
};

// A turn: control lane, at most 512 events, revisits 1 ms, fan-outs 1 ms, sends lane; then the
// poller again, without waiting as long as there is work.
//
// Flow:    mailbox, poller → Shard → Door, Sessions.
// Owner:   ShardSet.
// Threads: mailbox() from any; everything else runs on the shard's own thread.
// Bounds:  those of its parts.
class Shard {
 public:
  // `make_door` is called on the constructing thread; the shard's own runs from Start() to Stop().
  using MakeDoor = std::function<std::unique_ptr<Door>(ShardCore core)>;

  Shard(const SessionSettings& settings, ShardStats& stats, Admission& admission,
        InboundSink& inbound, SessionEventSink& events, CompletionQueue& completions,
        LimitsPtr limits, const MakeDoor& make_door);
  ~Shard();  // Stops, then ends what is left.
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  void Start();
  // Ends the loop and joins the thread. Commands posted later stay in the mailbox and are dropped
  // with it.
  void Stop();
  [[nodiscard]] Mailbox& mailbox() { return mailbox_; }

 private:
  void Run();
  void Dispatch(std::span<const epoll_event> events);
  [[nodiscard]] Time WaitUntil() const;
  void Execute(ControlCommand& command);
  void Execute(SendCommand& command);
  void On(HandOverCommand& command);
  void On(KickUsersCommand& command);
  void On(KickSessionCommand& command);
  void On(KickAudienceCommand& command);
  void On(RevokeCommand& command);
  void On(DescribeSessionCommand& command);
  void On(ListSessionsCommand& command);
  void On(DescribeUsersCommand& command);
  void On(SetLimitsCommand& command);
  void On(ConnectDecisionCommand& command);
  void On(MessageAnswerCommand& command);
  void On(RefuseCommand& command);
  void On(ReleaseCommand& command);
  void On(StopCommand& command);
  void On(SendToUserCommand& command);
  void On(SendToUsersCommand& command);
  void On(SendToSessionCommand& command);
  void On(SendToAudienceCommand& command);

  const uint32_t index_;
  ShardStats& stats_;
  CompletionQueue& completions_;
  Mailbox mailbox_;
  Poller poller_;
  Sessions sessions_;
  std::unique_ptr<Door> door_;
  Time now_;
  bool stopping_ = false;
  std::shared_ptr<ReleasePace> release_;  // Null: this is no drain.
  std::vector<ControlCommand> control_;   // Of this turn.
  std::vector<SendCommand> sends_;        // Of this turn.
  std::thread thread_;
};

}  // namespace wsgate
