#include "control/parse_send.h"

#include <utility>

#include "control/parse.h"

namespace wsgate {
namespace {

Exclusions ParseOptions(const v1::SendOptions& options, const SendRules& rules, BadFields& bad) {
  Exclusions exclusions;
  if (!options.exclude_session_ids().empty() || !options.exclude_user_ids().empty()) {
    exclusions =
        ParseExclusions(options.exclude_session_ids(), options.exclude_user_ids(), "options.", bad);
  }
  exclusions.tenant_prefix = rules.tenant;
  return exclusions;
}

ParsedSend Checked(Destination to, MessagePtr message, const BadFields& bad) {
  if (!bad.empty()) return {.send = std::nullopt, .status = bad.ToStatus()};
  return {.send = Send{.to = std::move(to), .message = std::move(message)}, .status = {}};
}

}  // namespace

ParsedSend ParseSend(const v1::SendToUserRequest& request, const SendRules& rules,
                     Time accepted_at) {
  BadFields bad;
  ToUser to{ParseUserId(request.user_id(), "user_id", bad),
            ShareExclusions(ParseOptions(request.options(), rules, bad))};
  MessagePtr message = ParseMessage(request.message(), rules.bytes_max, accepted_at, bad);
  return Checked(std::move(to), std::move(message), bad);
}

ParsedSend ParseSend(const v1::SendToUsersRequest& request, const SendRules& rules,
                     Time accepted_at) {
  BadFields bad;
  ToUsers to{ParseDistinctUserIds(request.user_ids(), "user_ids", bad),
             ShareExclusions(ParseOptions(request.options(), rules, bad))};
  MessagePtr message = ParseMessage(request.message(), rules.bytes_max, accepted_at, bad);
  return Checked(std::move(to), std::move(message), bad);
}

ParsedSend ParseSend(const v1::SendToSessionRequest& request, const SendRules& rules,
                     Time accepted_at) {
  BadFields bad;
  const std::optional<SessionId> session =
      ParseSessionId(request.session_id(), "session_id", rules.incarnation, bad);
  MessagePtr message = ParseMessage(request.message(), rules.bytes_max, accepted_at, bad);
  if (bad.empty() && !session) {
    return {.send = std::nullopt,
            .status = MakeStatus(Reason::kSessionNotFound, "no such open session")};
  }
  if (!rules.tenant.empty()) {  // Whose it is only its shard knows.
    SessionFilter filter;
    filter.session_ids.insert(request.session_id());
    Exclusions exclusions{.tenant_prefix = std::string(rules.tenant)};
    return Checked(ToAudience{ShareAudience(std::move(filter), std::move(exclusions))},
                   std::move(message), bad);
  }
  return Checked(ToSession{session.value_or(SessionId{})}, std::move(message), bad);
}

ParsedSend ParseSend(const v1::BroadcastRequest& request, const SendRules& rules,
                     Time accepted_at) {
  BadFields bad;
  SessionFilter filter = ParseFilter(request.filter(), "filter", bad);
  Exclusions exclusions = ParseOptions(request.options(), rules, bad);
  ToAudience to{ShareAudience(std::move(filter), std::move(exclusions))};
  MessagePtr message = ParseMessage(request.message(), rules.bytes_max, accepted_at, bad);
  return Checked(std::move(to), std::move(message), bad);
}

ParsedSend ParseSend(const v1::SendStreamRequest& item, const SendRules& rules, Time accepted_at) {
  switch (item.send_case()) {
    case v1::SendStreamRequest::kToUser:
      return ParseSend(item.to_user(), rules, accepted_at);
    case v1::SendStreamRequest::kToUsers:
      return ParseSend(item.to_users(), rules, accepted_at);
    case v1::SendStreamRequest::kToSession:
      return ParseSend(item.to_session(), rules, accepted_at);
    case v1::SendStreamRequest::kBroadcast:
      return ParseSend(item.broadcast(), rules, accepted_at);
    case v1::SendStreamRequest::SEND_NOT_SET:
      break;
  }
  BadFields bad;
  bad.Add("send", "needs one of `to_user`, `to_users`, `to_session` and `broadcast`");
  return {.send = std::nullopt, .status = bad.ToStatus()};
}

}  // namespace wsgate
