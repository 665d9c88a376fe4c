// OnConnect against a backend that answers, refuses, is slow, resets, and is absent, `open` and
// `closed`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/bad_backend.h"
#include "tests/support/hook_backend.h"
#include "tests/support/raw_client.h"
#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Config ConnectConfig(const std::string& targets) {
  Config config = TestConfig(2);
  config.auth_mode = "hook";
  config.on_connect_targets = targets;
  return config;
}

absl::Status AcceptAda(const v1::OnConnectRequest& request, v1::OnConnectResponse& response) {
  if (request.query() != "token=secret") {
    v1::OnConnectResponse::Refuse& refuse = *response.mutable_refuse();
    refuse.set_status(429);
    refuse.set_reason("come back with a better token");
    refuse.mutable_retry_after()->set_seconds(7);
    return absl::OkStatus();
  }
  v1::OnConnectResponse::Accept& accept = *response.mutable_accept();
  accept.set_user_id("ada");
  accept.set_tenant("acme");
  (*accept.mutable_metadata())["plan"] = "pro";
  accept.mutable_limits()->set_message_bytes_max(10);
  return absl::OkStatus();
}

TEST(ConnectHookTest, ABackendSaysWhoComesIn) {
  HookBackend backend({.on_connect = AcceptAda});
  TestGateway gateway(ConnectConfig(backend.address()));
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws/lobby?token=secret", "wsgate.raw"));
  const absl::StatusOr<v1::GetSessionResponse> got = gateway.GetSession(gateway.SessionOf("ada"));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->session().tenant(), "acme");
  EXPECT_EQ(got->session().path(), "/ws/lobby");
  EXPECT_EQ(got->session().metadata().at("plan"), "pro");

  v1::SessionFilter acme;
  acme.add_tenants("acme");
  EXPECT_EQ(gateway.Broadcast(Text("hello acme"), acme)->queued(), 1u);
  EXPECT_EQ(client.Read()->payload, "hello acme");
  acme.set_tenants(0, "other");
  EXPECT_EQ(gateway.Broadcast(Text("hello other"), acme)->matched(), 0u);

  ASSERT_TRUE(client.SendText("0123456789")) << "its own limit";
  ASSERT_TRUE(client.SendText("0123456789x"));
  ASSERT_TRUE(client.ReadUntilClosed());
  EXPECT_EQ(client.close_code(), 1009);
}

TEST(ConnectHookTest, TheQuestionHoldsWhatTheRequestHeld) {
  HookBackend backend({.on_connect = AcceptAda});
  TestGateway gateway(ConnectConfig(backend.address()));
  RawClient client;
  ASSERT_TRUE(client.Connect(gateway.client()));
  std::string head = UpgradeRequestBytes("/ws?token=secret");
  head.insert(head.size() - 2,
              "Sec-WebSocket-Protocol: other, wsgate.raw\r\nCookie: a=b\r\nX-Latin: \xe9\r\n");
  ASSERT_TRUE(client.Send(head));
  EXPECT_THAT(client.ReadResponse(), HasSubstr("101 Switching Protocols"));
  const v1::OnConnectRequest request = backend.connects().at(0);
  EXPECT_EQ(request.path(), "/ws");
  EXPECT_EQ(request.query(), "token=secret");
  EXPECT_EQ(request.subprotocol(), "wsgate.raw");
  EXPECT_THAT(request.offered_subprotocols(), ElementsAre("other", "wsgate.raw"));
  EXPECT_THAT(request.remote_address(), HasSubstr("127.0.0.1:"));
  EXPECT_EQ(request.user_id(), "") << "nobody believes the query";
  ASSERT_EQ(request.headers_size(), 1) << "neither the handshake's own nor what is not UTF-8";
  EXPECT_EQ(request.headers(0).name(), "cookie");
  EXPECT_EQ(request.headers(0).value(), "a=b");
}

TEST(ConnectHookTest, ABackendTurnsAClientAway) {
  HookBackend backend({.on_connect = AcceptAda});
  TestGateway gateway(ConnectConfig(backend.address()));
  WsClient client;
  EXPECT_FALSE(client.Connect(gateway.client(), "/ws?token=wrong&user=ada"));
  EXPECT_EQ(client.status(), 429u);
  EXPECT_EQ(client.header("Retry-After"), "7");
  EXPECT_EQ(gateway.Stats().refused().at("backend_refused"), 1u);
  EXPECT_EQ(gateway.Stats().sessions(), 0u);
  EXPECT_EQ(CallsOf(gateway, "OnConnect", "ok"), 1) << "a refusal is an answer";
}

TEST(ConnectHookTest, WhatTheQuerySaysIsAClaimWhereItIsBelieved) {
  HookBackend backend(
      {.on_connect = [](const v1::OnConnectRequest& request, v1::OnConnectResponse& response) {
        response.mutable_accept()->set_user_id("verified-" + request.user_id());
        return absl::OkStatus();
      }});
  Config config = ConnectConfig(backend.address());
  config.auth_mode = "insecure";
  TestGateway gateway(config);
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada&meta.room=7"));
  EXPECT_NE(gateway.SessionOf("verified-ada"), "");
  EXPECT_EQ(backend.connects().at(0).metadata().at("room"), "7");
}

TEST(ConnectHookTest, AnAnswerThatMakesNoSenseIsNone) {
  std::atomic<int> call{0};
  HookBackend backend({.on_connect = [&](const auto&, v1::OnConnectResponse& response) {
    switch (call++) {
      case 0:
        break;  // Neither accept nor refuse.
      case 1:
        response.mutable_accept()->set_user_id(std::string(256, 'u'));
        break;
      case 2:
        response.mutable_accept()->mutable_limits()->set_message_bytes_max(uint64_t{1} << 40);
        break;
      case 3:
        response.mutable_refuse()->set_status(200);
        break;
      case 4:
        response.mutable_refuse()->set_reason("two\r\nlines: x");
        break;
      default:
        response.mutable_accept()->set_user_id(std::string(255, 'u'));
    }
    return absl::OkStatus();
  }});
  TestGateway gateway(ConnectConfig(backend.address()));
  for (int i = 0; i < 5; ++i) {
    WsClient client;
    EXPECT_FALSE(client.Connect(gateway.client(), "/ws")) << i;
    EXPECT_EQ(client.status(), 503u) << i;
  }
  WsClient client;
  EXPECT_TRUE(client.Connect(gateway.client(), "/ws"));
  EXPECT_EQ(gateway.Stats().refused().at("backend_unanswered"), 5u);
}

TEST(ConnectHookTest, WhoLeavesWhileItIsAskedAboutLeavesNothingBehind) {
  std::atomic<bool> go{false};
  HookBackend backend({.on_connect = [&](const auto&, v1::OnConnectResponse& response) {
    EXPECT_TRUE(WaitFor([&] { return go.load(); }));
    response.mutable_accept();
    return absl::OkStatus();
  }});
  TestGateway gateway(ConnectConfig(backend.address()));
  {
    RawClient client;
    ASSERT_TRUE(client.Connect(gateway.client()));
    ASSERT_TRUE(client.Send(UpgradeRequestBytes("/ws")));
    ASSERT_TRUE(WaitFor([&] { return !backend.connects().empty(); }));
    EXPECT_EQ(gateway.Metrics()["wsgate_handshakes"], 1);
  }
  EXPECT_TRUE(WaitFor([&] { return gateway.Metrics()["wsgate_handshakes"] == 0; }));
  EXPECT_EQ(gateway.Stats().refused().at("peer_gone"), 1u);
  {
    RawClient hasty;
    ASSERT_TRUE(hasty.Connect(gateway.client()));
    ASSERT_TRUE(hasty.Send(UpgradeRequestBytes("/ws")));
    ASSERT_TRUE(WaitFor([&] { return backend.connects().size() == 2; }));
    ASSERT_TRUE(hasty.Send("x"));
    EXPECT_THAT(hasty.ReadResponse(), HasSubstr("nothing may follow the request"));
  }
  go = true;
  EXPECT_TRUE(
      WaitFor([&] { return gateway.Metrics()["wsgate_hook_waiting{method=\"OnConnect\"}"] == 0; }));
  EXPECT_EQ(gateway.Stats().sessions(), 0u);
}

class ConnectHookFailureTest : public testing::TestWithParam<Failure> {};

TEST_P(ConnectHookFailureTest, OpenLetsInAndClosedKeepsOut) {
  BadBackend backend(GetParam().backend);
  Config config = ConnectConfig(backend.address());
  config.on_connect_timeout = milliseconds(300);
  config.on_connect_on_failure = GetParam().on_failure;
  TestGateway gateway(config);
  WsClient client;
  const bool in = client.Connect(gateway.client(), "/ws?user=ada");
  if (config.on_connect_on_failure == "open") {
    ASSERT_TRUE(in);
    EXPECT_TRUE(gateway.WaitForSessions(1));
    EXPECT_EQ(gateway.Stats().users(), 0u) << "anonymous: nobody vouches for ada";
  } else {
    ASSERT_FALSE(in);
    EXPECT_EQ(client.status(), 503u);
    EXPECT_EQ(client.header("Retry-After"), "1");
    EXPECT_EQ(gateway.Stats().refused().at("backend_unanswered"), 1u);
  }
  EXPECT_EQ(CallsOf(gateway, "OnConnect", ResultOf(GetParam().backend)), 1);
}
INSTANTIATE_TEST_SUITE_P(Each, ConnectHookFailureTest, testing::ValuesIn(kFailures), NameOf);

TEST(ConnectHookTest, TheNextBackendIsAskedWhereOneIsGone) {
  HookBackend backend({.on_connect = [](const auto&, v1::OnConnectResponse& response) {
    response.mutable_accept()->set_user_id("ada");
    return absl::OkStatus();
  }});
  const ResettingBackend resetting;
  TestGateway gateway(
      ConnectConfig(AbsentAddress() + "," + resetting.address() + ", " + backend.address()));
  std::vector<WsClient> clients(6);
  for (WsClient& client : clients) EXPECT_TRUE(client.Connect(gateway.client(), "/ws"));
  EXPECT_GE(gateway.Metrics()["wsgate_hook_retries_total{method=\"OnConnect\"}"], 1);
}

}  // namespace
}  // namespace wsgate
