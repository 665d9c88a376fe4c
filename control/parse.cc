#include "control/parse.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "gateway/config/strings.h"
#include "gateway/message/close_reason.h"
#include "gateway/message/json_check.h"

namespace wsgate {
namespace {

constexpr std::string_view kUserIdRule = "must be 1 to 255 bytes without control characters";

bool CheckCount(int count, int max, std::string_view field, BadFields& bad) {
  if (count <= max) return true;
  bad.Add(field, Cat("has ", count, " entries, at most ", max, " are allowed"));
  return false;
}

std::string Indexed(std::string_view field, int index) {
  return Cat(field, "[", index, "]");
}

void CheckUserIds(const Ids& ids, std::string_view field, BadFields& bad) {
  for (int i = 0; i < ids.size(); ++i) {
    if (!IsValidUserId(ids[i])) bad.Add(Indexed(field, i), kUserIdRule);
  }
}

}  // namespace

MessagePtr ParseMessage(const v1::Message& message, uint64_t bytes_max, Time accepted_at,
                        BadFields& bad) {
  PayloadKind kind = PayloadKind::kText;
  const std::string* payload = nullptr;
  switch (message.payload_case()) {
    case v1::Message::kText:
      payload = &message.text();
      break;
    case v1::Message::kBinary:
      payload = &message.binary();
      kind = PayloadKind::kBinary;
      break;
    case v1::Message::kJson:
      payload = &message.json();
      kind = PayloadKind::kJson;
      break;
    case v1::Message::PAYLOAD_NOT_SET:
      bad.Add("message", "needs one of `text`, `binary` and `json`");
      return nullptr;
  }
  if (payload->size() > bytes_max) {
    bad.Add("message", Cat("is ", payload->size(), " bytes, limits.send_bytes_max is ", bytes_max));
    return nullptr;
  }
  if (message.payload_case() == v1::Message::kJson) {
    if (const std::string error = CheckJson(*payload); !error.empty()) {
      bad.Add("message.json", error);
      return nullptr;
    }
  }
  return MakeMessage(kind, *payload, accepted_at);
}

std::string ParseUserId(const std::string& user_id, std::string_view field, BadFields& bad) {
  if (!IsValidUserId(user_id)) bad.Add(field, kUserIdRule);
  return user_id;
}

std::vector<std::string> ParseUserIds(const Ids& ids, std::string_view field, BadFields& bad) {
  if (ids.empty()) bad.Add(field, Cat("needs 1 to ", kIdsMax, " entries"));
  if (!CheckCount(ids.size(), kIdsMax, field, bad)) return {};
  CheckUserIds(ids, field, bad);
  return {ids.begin(), ids.end()};
}

std::vector<std::string> ParseDistinctUserIds(const Ids& ids, std::string_view field,
                                              BadFields& bad) {
  std::vector<std::string> users = ParseUserIds(ids, field, bad);
  absl::flat_hash_set<std::string_view> seen;
  seen.reserve(users.size());
  std::vector<std::string> distinct;
  distinct.reserve(users.size());
  for (const std::string& user : users) {
    if (seen.insert(user).second) distinct.push_back(user);
  }
  return distinct;
}

std::optional<SessionId> ParseSessionId(const std::string& text, std::string_view field,
                                        uint64_t incarnation, BadFields& bad) {
  if (text.empty()) {
    bad.Add(field, "is missing");
    return std::nullopt;
  }
  const std::optional<SessionId> id = SessionId::Parse(text);
  if (!id || id->incarnation != incarnation) return std::nullopt;
  return id;
}

Exclusions ParseExclusions(const Ids& session_ids, const Ids& user_ids, std::string_view path,
                           BadFields& bad) {
  const std::string sessions_field = Cat(path, "exclude_session_ids");
  const std::string users_field = Cat(path, "exclude_user_ids");
  const bool sessions_fit = CheckCount(session_ids.size(), kExclusionsMax, sessions_field, bad);
  const bool users_fit = CheckCount(user_ids.size(), kExclusionsMax, users_field, bad);
  if (!sessions_fit || !users_fit) return {};
  CheckUserIds(user_ids, users_field, bad);
  return {.session_ids = SessionSet(session_ids.begin(), session_ids.end()),
          .user_ids = UserSet(user_ids.begin(), user_ids.end())};
}

SessionFilter ParseFilter(const v1::SessionFilter& filter, std::string_view path, BadFields& bad) {
  const auto field = [path](std::string_view name) { return Cat(path, ".", name); };
  SessionFilter parsed;
  if (CheckCount(filter.user_ids_size(), kIdsMax, field("user_ids"), bad)) {
    CheckUserIds(filter.user_ids(), field("user_ids"), bad);
    parsed.user_ids.insert(filter.user_ids().begin(), filter.user_ids().end());
  }
  if (CheckCount(filter.session_ids_size(), kIdsMax, field("session_ids"), bad)) {
    parsed.session_ids.insert(filter.session_ids().begin(), filter.session_ids().end());
  }
  if (CheckCount(filter.tenants_size(), kTenantsMax, field("tenants"), bad)) {
    parsed.tenants.insert(filter.tenants().begin(), filter.tenants().end());
  }
  if (CheckCount(static_cast<int>(filter.metadata().size()), kMetadataMax, field("metadata"),
                 bad)) {
    parsed.metadata.assign(filter.metadata().begin(), filter.metadata().end());
    std::sort(parsed.metadata.begin(), parsed.metadata.end());  // Equal filters compare equal.
  }
  parsed.path_prefix = filter.path_prefix();
  parsed.subprotocol = filter.subprotocol();
  if (filter.has_connected_for()) {
    parsed.connected_for =
        ParseDuration(filter.connected_for(), field("connected_for"), bad).value_or(Duration(0));
  }
  return parsed;
}

ExclusionsPtr ShareExclusions(Exclusions exclusions) {
  if (exclusions.empty()) return nullptr;
  return std::make_shared<const Exclusions>(std::move(exclusions));
}

AudiencePtr ShareAudience(SessionFilter filter, Exclusions exclusions) {
  if (filter.empty() && exclusions.empty()) return nullptr;
  return std::make_shared<const Audience>(Audience{std::move(filter), std::move(exclusions)});
}

std::optional<Destination> ParseTarget(const v1::Target& target, Exclusions exclusions,
                                       uint64_t incarnation, BadFields& bad) {
  switch (target.target_case()) {
    case v1::Target::kSessionId: {
      const std::optional<SessionId> session =
          ParseSessionId(target.session_id(), "target.session_id", incarnation, bad);
      if (!session || exclusions.session_ids.contains(target.session_id())) return std::nullopt;
      if (exclusions.user_ids.empty() && exclusions.tenant_prefix.empty())
        return ToSession{*session};
      // Whose it is only its shard knows.
      SessionFilter filter;
      filter.session_ids.insert(target.session_id());
      return ToAudience{ShareAudience(std::move(filter), std::move(exclusions))};
    }
    case v1::Target::kUserId:
      return ToUser{ParseUserId(target.user_id(), "target.user_id", bad),
                    ShareExclusions(std::move(exclusions))};
    case v1::Target::kFilter: {
      const size_t bad_before = bad.size();
      SessionFilter filter = ParseFilter(target.filter(), "target.filter", bad);
      if (filter.empty() && bad.size() == bad_before) {
        bad.Add("target.filter", "is empty and would name everyone; say `all: true` for that");
      }
      return ToAudience{ShareAudience(std::move(filter), std::move(exclusions))};
    }
    case v1::Target::kAll:
      if (!target.all()) bad.Add("target.all", "must be true; name who is meant otherwise");
      return ToAudience{ShareAudience({}, std::move(exclusions))};
    case v1::Target::TARGET_NOT_SET:
      bad.Add("target",
              "needs one of `session_id`, `user_id`, `filter` and `all`; say `all: true` for "
              "everyone");
      return std::nullopt;
  }
  return std::nullopt;
}

Kick ParseKick(const v1::DisconnectRequest& request, BadFields& bad) {
  if (request.code() != 0 && !IsServiceCloseCode(request.code())) {
    bad.Add("code", Cat("is ", request.code(),
                        "; 0, 1000 and 3000-4999 are allowed, less the gateway's own "
                        "4000-4099 and 4500-4599"));
  }
  if (request.reason().size() > kCloseTextBytesMax) {
    bad.Add("reason", Cat("is ", request.reason().size(), " bytes, at most ", kCloseTextBytesMax,
                          " are allowed"));
  }
  const CloseReasonRow& kicked = RowOf(CloseReason::kKicked);
  if (request.code() != 0) return {static_cast<uint16_t>(request.code()), request.reason()};
  return {kicked.code, request.reason().empty() ? std::string(kicked.label) : request.reason()};
}

uint32_t ParsePageSize(int32_t page_size, BadFields& bad) {
  if (page_size < 0) bad.Add("page_size", Cat("is ", page_size, ", below 0"));
  if (page_size <= 0) return kPageSizeDefault;
  return std::min(static_cast<uint32_t>(page_size), kPageSizeMax);
}

std::optional<Duration> ParseDuration(const google::protobuf::Duration& duration,
                                      std::string_view field, BadFields& bad) {
  constexpr int32_t kNanosPerSecond = 1'000'000'000;
  if (duration.seconds() < 0 || duration.nanos() < 0 || duration.nanos() >= kNanosPerSecond) {
    bad.Add(field, "must be a duration of 0 or more, its nanos below 1,000,000,000");
    return std::nullopt;
  }
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  if (duration.seconds() >= kMax / kNanosPerSecond) return Duration(kMax);
  return Duration(duration.seconds() * kNanosPerSecond + duration.nanos());
}

}  // namespace wsgate
