#include "control/connect_hook.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "control/parse.h"
#include "control/run_later.h"
#include "gateway/base/ids.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

constexpr size_t kReasonBytesMax = 256;
constexpr std::array<unsigned, 8> kRefusals = {400, 401, 403, 404, 409, 410, 429, 503};
// The door's own clock ends the wait a moment after the call's.
constexpr Duration kGrace = std::chrono::milliseconds(500);

v1::OnConnectRequest RequestOf(ConnectQuestion&& question) {
  v1::OnConnectRequest request;
  request.set_path(std::move(question.path));
  request.set_query(std::move(question.query));
  for (auto& [name, value] : question.headers) {
    v1::OnConnectRequest::Header& header = *request.add_headers();
    header.set_name(std::move(name));
    header.set_value(std::move(value));
  }
  request.set_remote_address(std::move(question.remote_address));
  request.set_subprotocol(std::move(question.subprotocol));
  for (std::string& offered : question.offered_subprotocols) {
    request.add_offered_subprotocols(std::move(offered));
  }
  request.set_user_id(std::move(question.user_id));
  for (auto& [key, value] : question.metadata) {
    (*request.mutable_metadata())[key] = std::move(value);
  }
  return request;
}

SessionLimits LimitsOf(const v1::SessionLimits& from) {
  SessionLimits to;
  if (from.has_message_bytes_max()) to.message_bytes_max = from.message_bytes_max();
  if (from.has_messages_per_second()) to.messages_per_second = from.messages_per_second();
  if (from.has_messages_burst()) to.messages_burst = from.messages_burst();
  if (from.has_bytes_per_second()) to.bytes_per_second = from.bytes_per_second();
  if (from.has_bytes_burst()) to.bytes_burst = from.bytes_burst();
  if (from.has_queued_bytes_per_session_max()) {
    to.queued_bytes_per_session_max = from.queued_bytes_per_session_max();
  }
  return to;
}

bool IsOneLine(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::string CheckMetadata(const google::protobuf::Map<std::string, std::string>& metadata) {
  size_t bytes = 0;
  for (const auto& [key, value] : metadata) {
    if (key.empty()) return "accept.metadata has an empty key";
    bytes += key.size() + value.size();
  }
  if (metadata.size() <= kMetadataMax && bytes <= kMetadataBytesMax) return "";
  return Cat("accept.metadata has ", metadata.size(), " entries of ", bytes, " bytes, at most ",
             kMetadataMax, " of ", kMetadataBytesMax, " are allowed");
}

ConnectDecision Accept(const v1::OnConnectResponse::Accept& accept, std::string& error) {
  constexpr std::string_view kNameRule = " must be at most 255 bytes without control characters";
  if (!accept.user_id().empty() && !IsValidUserId(accept.user_id())) {
    error = Cat("accept.user_id", kNameRule);
  } else if (!accept.tenant().empty() && !IsValidUserId(accept.tenant())) {
    error = Cat("accept.tenant", kNameRule);
  } else {
    error = CheckMetadata(accept.metadata());
  }
  if (!error.empty()) return ConnectUnanswered{};
  ConnectAccepted accepted{.user_id = accept.user_id(),
                           .tenant = accept.tenant(),
                           .metadata = {accept.metadata().begin(), accept.metadata().end()},
                           .limits = LimitsOf(accept.limits())};
  const std::vector<FieldError> errors =
      CheckLimits(Overlay(Limits{}, accepted.limits), kReservedDescriptors + 1);
  if (!errors.empty()) {
    error = Cat("accept.", errors.front().message);
    return ConnectUnanswered{};
  }
  return accepted;
}

ConnectDecision Refuse(const v1::OnConnectResponse::Refuse& refuse, std::string& error) {
  const unsigned status = refuse.status() == 0 ? 403 : refuse.status();
  if (std::find(kRefusals.begin(), kRefusals.end(), status) == kRefusals.end()) {
    error = Cat("refuse.status is ", status, ", which is none of those allowed");
    return ConnectUnanswered{};
  }
  if (refuse.reason().size() > kReasonBytesMax || !IsOneLine(refuse.reason())) {
    error = "refuse.reason must be one line of at most 256 bytes";
    return ConnectUnanswered{};
  }
  BadFields bad;
  const std::optional<Duration> retry =
      ParseDuration(refuse.retry_after(), "refuse.retry_after", bad);
  if (!retry) {
    error = "refuse.retry_after is not a duration of zero or more";
    return ConnectUnanswered{};
  }
  const bool passes = status == 429 || status == 503;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*retry).count();
  return ConnectRefused{
      .status = status,
      .reason = refuse.reason(),
      .retry_after_s = std::max<uint64_t>(static_cast<uint64_t>(seconds), passes ? 1 : 0)};
}

}  // namespace

ConnectDecision ParseDecision(const v1::OnConnectResponse& response, std::string& error) {
  switch (response.decision_case()) {
    case v1::OnConnectResponse::kAccept:
      return Accept(response.accept(), error);
    case v1::OnConnectResponse::kRefuse:
      return Refuse(response.refuse(), error);
    case v1::OnConnectResponse::DECISION_NOT_SET:
      error = "neither accept nor refuse is set";
      return ConnectUnanswered{};
  }
  return ConnectUnanswered{};
}

GrpcConnectHook::GrpcConnectHook(HookSettings settings, CompletionQueue& completions,
                                 NodeStats& stats)
    : patience_(settings.timeout + kGrace),
      closed_(settings.closed),
      completions_(completions),
      caller_(std::move(settings), &v1::HookService::StubInterface::async_interface::OnConnect,
              stats) {}

void GrpcConnectHook::Ask(ConnectQuestion question, Answer answer) {
  RunLater(completions_,
           [this, question = std::move(question), answer = std::move(answer)]() mutable {
             caller_.Call(RequestOf(std::move(question)),
                          [answer = std::move(answer)](HookResult result,
                                                       v1::OnConnectResponse& response) mutable {
                            if (result != HookResult::kOk) return answer(ConnectUnanswered{});
                            std::string error;
                            answer(ParseDecision(response, error));
                            if (!error.empty()) spdlog::error("hook OnConnect: {}", error);
                          });
           });
}

}  // namespace wsgate
