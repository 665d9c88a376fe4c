#include "tests/support/test_gateway.h"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "tests/support/control_stub.h"
#include "tests/support/raw_client.h"

namespace wsgate {
namespace {

using Stub = v1::ControlService::Stub;

absl::StatusOr<v1::Outcome> OutcomeOf(const auto& response) {
  if (!response.ok()) return response.status();
  CheckOutcome(response->outcome());
  return response->outcome();
}

}  // namespace

Config TestConfig(uint32_t shards) {
  Config config;
  config.client_address = config.control_address = config.admin_address = "127.0.0.1:0";
  config.auth_mode = "insecure";
  config.shards = shards;
  config.drain_notice = std::chrono::milliseconds(0);
  config.drain_window = std::chrono::seconds(2);
  config.limits.messages_per_second = config.limits.bytes_per_second = 0;
  return config;
}

v1::Message Text(std::string_view text) {
  v1::Message message;
  message.set_text(std::string(text));
  return message;
}

v1::Message Binary(std::string_view bytes) {
  v1::Message message;
  message.set_binary(std::string(bytes));
  return message;
}

v1::Message Json(std::string_view document) {
  v1::Message message;
  message.set_json(std::string(document));
  return message;
}

v1::SessionFilter PathFilter(std::string_view prefix) {
  v1::SessionFilter filter;
  filter.set_path_prefix(std::string(prefix));
  return filter;
}

void CheckOutcome(const v1::Outcome& outcome) {
  uint64_t sum = outcome.queued();
  for (const auto& [reason, count] : outcome.dropped()) sum += count;
  EXPECT_EQ(outcome.matched(), sum) << outcome.ShortDebugString();
}

struct TestGateway::Api {
  explicit Api(const std::string& address) : stub(MakeControlStub(address)) {}

  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    Response response;
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) {
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                          status.error_message());
    }
    return response;
  }

  const std::unique_ptr<Stub> stub;
};

TestGateway::TestGateway(const Config& config) {
  spdlog::set_level(spdlog::level::warn);
  absl::StatusOr<std::unique_ptr<App>> app = App::Start(config);
  if (!app.ok()) ADD_FAILURE() << app.status();
  app_ = *std::move(app);
  api_ = std::make_unique<Api>(control());
}

TestGateway::~TestGateway() = default;

absl::StatusOr<v1::Outcome> TestGateway::SendToUser(std::string_view user,
                                                    const v1::Message& message,
                                                    const v1::SendOptions& options) {
  v1::SendToUserRequest request;
  request.set_user_id(std::string(user));
  *request.mutable_message() = message;
  *request.mutable_options() = options;
  return OutcomeOf(api_->Call(&Stub::SendToUser, request));
}

absl::StatusOr<v1::SendToUsersResponse> TestGateway::SendToUsers(
    const v1::SendToUsersRequest& request) {
  auto response = api_->Call(&Stub::SendToUsers, request);
  (void)OutcomeOf(response);
  return response;
}

absl::StatusOr<v1::Outcome> TestGateway::SendToSession(std::string_view session,
                                                       const v1::Message& message) {
  v1::SendToSessionRequest request;
  request.set_session_id(std::string(session));
  *request.mutable_message() = message;
  return OutcomeOf(api_->Call(&Stub::SendToSession, request));
}

absl::StatusOr<v1::Outcome> TestGateway::Broadcast(const v1::Message& message,
                                                   const v1::SessionFilter& filter,
                                                   const v1::SendOptions& options) {
  v1::BroadcastRequest request;
  *request.mutable_message() = message;
  *request.mutable_filter() = filter;
  *request.mutable_options() = options;
  return OutcomeOf(api_->Call(&Stub::Broadcast, request));
}

absl::StatusOr<v1::GetSessionResponse> TestGateway::GetSession(std::string_view session) {
  v1::GetSessionRequest request;
  request.set_session_id(std::string(session));
  return api_->Call(&Stub::GetSession, request);
}

absl::StatusOr<v1::ListSessionsResponse> TestGateway::ListSessions(
    const v1::ListSessionsRequest& request) {
  return api_->Call(&Stub::ListSessions, request);
}

absl::StatusOr<v1::GetUserStatusResponse> TestGateway::GetUserStatus(
    const v1::GetUserStatusRequest& request) {
  return api_->Call(&Stub::GetUserStatus, request);
}

absl::StatusOr<v1::DisconnectResponse> TestGateway::Disconnect(
    const v1::DisconnectRequest& request) {
  return api_->Call(&Stub::Disconnect, request);
}

absl::StatusOr<v1::SetLimitsResponse> TestGateway::SetLimits(const v1::Limits& limits) {
  v1::SetLimitsRequest request;
  *request.mutable_limits() = limits;
  return api_->Call(&Stub::SetLimits, request);
}

absl::StatusOr<v1::DrainResponse> TestGateway::Drain() {
  return api_->Call(&Stub::Drain, v1::DrainRequest());
}

v1::Stats TestGateway::Stats() {
  const auto stats = api_->Call(&Stub::GetStats, v1::GetStatsRequest());
  if (!stats.ok()) {
    ADD_FAILURE() << stats.status();
    return {};
  }
  return stats->total();
}

std::string TestGateway::SessionOf(std::string_view user) {
  v1::GetUserStatusRequest request;
  request.add_user_ids(std::string(user));
  std::string session;
  const bool found = WaitFor([&] {
    const auto status = GetUserStatus(request);
    if (!status.ok() || status->statuses(0).session_ids_size() != 1) return false;
    session = status->statuses(0).session_ids(0);
    return true;
  });
  EXPECT_TRUE(found) << user << " has no session";
  return session;
}

bool TestGateway::WaitForSessions(uint64_t count) {
  return WaitFor([&] { return Stats().sessions() == count; });
}

std::map<std::string, double> TestGateway::Metrics() {
  std::istringstream lines(HttpGet(admin(), "/metrics"));
  std::map<std::string, double> series;
  for (std::string line; std::getline(lines, line);) {
    const size_t space = line.rfind(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    if (!line.starts_with("wsgate_")) continue;
    series[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return series;
}

}  // namespace wsgate
