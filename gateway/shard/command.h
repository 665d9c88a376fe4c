// The closed list of what another thread may ask of a shard.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gateway/admission/release_pace.h"
#include "gateway/config/limits.h"
#include "gateway/message/close_reason.h"
#include "gateway/message/completion.h"
#include "gateway/message/hook.h"
#include "gateway/message/message.h"
#include "gateway/message/outcome.h"
#include "gateway/message/session_info.h"
#include "gateway/message/target.h"
#include "gateway/message/token_mark.h"
#include "gateway/shard/upgrade.h"

namespace wsgate {

// --- The sends lane: refused when it is full.
struct SendToUserCommand {
  std::string user_id;
  ExclusionsPtr exclude;
  MessagePtr message;
  Ticket<Outcome> ticket;
};
struct SendToUsersCommand {
  std::vector<std::string> user_ids;  // All of them at home here.
  ExclusionsPtr exclude;
  MessagePtr message;
  Ticket<Outcome> ticket;
};
struct SendToSessionCommand {
  SessionSlot slot;
  MessagePtr message;
  Ticket<Outcome> ticket;
};
struct SendToAudienceCommand {
  AudiencePtr audience;
  MessagePtr message;
  Ticket<Outcome> ticket;
};
using SendCommand = std::variant<SendToUserCommand, SendToUsersCommand, SendToSessionCommand,
                                 SendToAudienceCommand>;

// --- The control lane: served first.
struct HandOverCommand {
  std::unique_ptr<Upgrade> upgrade;
};
struct KickUsersCommand {
  std::vector<std::string> user_ids;
  ExclusionsPtr exclude;
  Kick kick;
  Ticket<uint32_t> ticket;
};
struct KickSessionCommand {
  SessionSlot slot;
  Kick kick;
  Ticket<uint32_t> ticket;
};
struct KickAudienceCommand {
  AudiencePtr audience;
  Kick kick;
  Ticket<uint32_t> ticket;
};
// Ends the sessions whose tokens are meant.
struct RevokeCommand {
  NameHash token_id{};
  std::string user_id;
  int64_t not_before_s = 0;
  Ticket<uint32_t> ticket;
};
struct DescribeSessionCommand {
  SessionSlot slot;
  Ticket<std::optional<SessionInfo>> ticket;
};
struct ListSessionsCommand {
  AudiencePtr audience;
  uint32_t from = 0;
  uint32_t max = 0;
  Ticket<SessionPage> ticket;
};
struct DescribeUsersCommand {
  std::vector<std::string> user_ids;
  Ticket<std::vector<UserPresence>> ticket;
};
struct SetLimitsCommand {
  LimitsPtr limits;
  Ticket<bool> ticket;
};
// What a backend decided about a connection that waits at this shard's door.
struct ConnectDecisionCommand {
  SessionSlot slot;  // Of the connection.
  ConnectDecision decision;
};
struct MessageAnswerCommand {
  SessionSlot slot;
  MessagePtr reply;  // Null: nothing.
  std::optional<CloseReason> end;
};
// Newcomers get 503 from here on; the listener closes when its backlog is dry.
struct RefuseCommand {};
// Sessions are told to come back elsewhere, at a pace that all shards share.
struct ReleaseCommand {
  std::shared_ptr<ReleasePace> pace;
};
// The loop ends.
struct StopCommand {};
using ControlCommand =
    std::variant<HandOverCommand, KickUsersCommand, KickSessionCommand, KickAudienceCommand,
                 RevokeCommand, DescribeSessionCommand, ListSessionsCommand, DescribeUsersCommand,
                 SetLimitsCommand, ConnectDecisionCommand, MessageAnswerCommand, RefuseCommand,
                 ReleaseCommand, StopCommand>;

}  // namespace wsgate
