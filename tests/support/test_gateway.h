// A whole gateway in the test's own process, and the control API as plain calls.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/app/app.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Insecure identity, ports that the kernel picks, short waits, no rate limits.
[[nodiscard]] Config TestConfig(uint32_t shards = 1);

[[nodiscard]] v1::Message Text(std::string_view text);
[[nodiscard]] v1::Message Binary(std::string_view bytes);
[[nodiscard]] v1::Message Json(std::string_view document);
[[nodiscard]] v1::SessionFilter PathFilter(std::string_view prefix);

// Owner:   a test. Ends the gateway at once unless it was drained.
// Threads: any, as the control API.
class TestGateway {
 public:
  explicit TestGateway(const Config& config = TestConfig());
  ~TestGateway();

  [[nodiscard]] App& app() { return *app_; }
  [[nodiscard]] const std::string& client() const { return app_->addresses().client; }
  [[nodiscard]] const std::string& control() const { return app_->addresses().control; }
  [[nodiscard]] const std::string& admin() const { return app_->addresses().admin; }

  // Sends; each checks that matched == queued + Σ dropped.
  absl::StatusOr<v1::Outcome> SendToUser(std::string_view user, const v1::Message& message,
                                         const v1::SendOptions& options = {});
  absl::StatusOr<v1::SendToUsersResponse> SendToUsers(const v1::SendToUsersRequest& request);
  absl::StatusOr<v1::Outcome> SendToSession(std::string_view session, const v1::Message& message);
  absl::StatusOr<v1::Outcome> Broadcast(const v1::Message& message,
                                        const v1::SessionFilter& filter = {},
                                        const v1::SendOptions& options = {});

  absl::StatusOr<v1::GetSessionResponse> GetSession(std::string_view session);
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(const v1::ListSessionsRequest& request);
  absl::StatusOr<v1::GetUserStatusResponse> GetUserStatus(const v1::GetUserStatusRequest& request);
  absl::StatusOr<v1::DisconnectResponse> Disconnect(const v1::DisconnectRequest& request);
  absl::StatusOr<v1::SetLimitsResponse> SetLimits(const v1::Limits& limits);
  absl::StatusOr<v1::DrainResponse> Drain();

  [[nodiscard]] v1::Stats Stats();
  // The id of the user's only session, once it is there.
  [[nodiscard]] std::string SessionOf(std::string_view user);
  // Waits until so many sessions are open.
  [[nodiscard]] bool WaitForSessions(uint64_t count);
  // /metrics by series, as `name{label="value"}`.
  [[nodiscard]] std::map<std::string, double> Metrics();

 private:
  struct Api;

  std::unique_ptr<App> app_;
  std::unique_ptr<Api> api_;
};

// matched == queued + Σ dropped, or a test failure.
void CheckOutcome(const v1::Outcome& outcome);

}  // namespace wsgate
