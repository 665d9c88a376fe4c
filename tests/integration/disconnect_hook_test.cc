// OnDisconnect against a backend that answers, fails, is slow, resets, and is absent, `open` and
// `closed`.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/bad_backend.h"
#include "tests/support/hook_backend.h"
#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;

TEST(DisconnectHookTest, ABackendHearsWhoLeftAndWhy) {
  HookBackend backend({.on_disconnect = [](const auto&) { return absl::OkStatus(); }});
  Config config = TestConfig(2);
  config.on_disconnect_targets = backend.address();
  TestGateway gateway(config);
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  const std::string session = gateway.SessionOf("ada");
  v1::DisconnectRequest request;
  request.mutable_target()->set_user_id("ada");
  request.set_code(3000);
  request.set_reason("lunch");
  ASSERT_TRUE(gateway.Disconnect(request).ok());
  ASSERT_TRUE(WaitFor([&] { return !backend.disconnects().empty(); }));
  const v1::SessionEnd end = backend.disconnects().at(0).end();
  EXPECT_EQ(end.session().session_id(), session);
  EXPECT_EQ(end.session().user_id(), "ada");
  EXPECT_EQ(end.code(), 3000u);
  EXPECT_EQ(end.reason(), "kicked");
  EXPECT_EQ(end.text(), "lunch");
}

TEST(DisconnectHookTest, WhoIsThereAtTheEndIsToldToo) {
  HookBackend backend({.on_disconnect = [](const auto&) { return absl::OkStatus(); }});
  Config config = TestConfig(2);
  config.on_disconnect_targets = backend.address();
  WsClient client;
  {
    TestGateway gateway(config);
    ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  }
  ASSERT_EQ(backend.disconnects().size(), 1u);
  EXPECT_EQ(backend.disconnects().at(0).end().reason(), "draining");
}

class DisconnectHookFailureTest : public testing::TestWithParam<Failure> {};

TEST_P(DisconnectHookFailureTest, OpenDropsTheNewsAndClosedOffersItAgain) {
  BadBackend backend(GetParam().backend);
  Config config = TestConfig();
  config.on_disconnect_targets = backend.address();
  config.on_disconnect_timeout = milliseconds(200);
  config.on_disconnect_on_failure = GetParam().on_failure;
  TestGateway gateway(config);
  {
    WsClient client;
    ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  }
  const std::string result = ResultOf(GetParam().backend);
  // An error is an answer: the backend has heard it, and saying it again would change nothing.
  const bool again = config.on_disconnect_on_failure == "closed" && result != "error";
  EXPECT_TRUE(WaitFor([&] { return CallsOf(gateway, "OnDisconnect", result) >= (again ? 3 : 1); }));
  if (!again) {
    EXPECT_EQ(gateway.Metrics()["wsgate_hook_waiting{method=\"OnDisconnect\"}"], 0);
  }
}
INSTANTIATE_TEST_SUITE_P(Each, DisconnectHookFailureTest, testing::ValuesIn(kFailures), NameOf);

}  // namespace
}  // namespace wsgate
