// The steps in which a node leaves.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/message_consumer.h"
#include "tests/support/raw_client.h"
#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class DrainTest : public testing::Test {
 protected:
  bool WaitForStep(TestGateway& gateway, double step) {
    return WaitFor([&] { return gateway.Metrics()["wsgate_drain_state"] >= step; });
  }
  // Each a user of its own.
  static void OpenAll(TestGateway& gateway, std::vector<RawClient>& clients) {
    for (size_t i = 0; i < clients.size(); ++i) {
      ASSERT_TRUE(clients[i].Open(gateway.client(), "/ws?user=u" + std::to_string(i)));
    }
  }
  // Returns the hint; -1: there was none.
  int ExpectDraining(RawClient& client) {
    const std::optional<RawFrame> close = client.ReadFrame();
    EXPECT_TRUE(close);
    if (!close) return -1;
    EXPECT_EQ(close->opcode, Opcode::kClose);
    EXPECT_EQ(close->close_code(), 4000);
    const std::string prefix = "draining reconnect_after_ms=";
    const std::string reason = close->close_reason();
    EXPECT_TRUE(reason.starts_with(prefix)) << reason;
    if (!reason.starts_with(prefix)) return -1;
    const int after = std::stoi(reason.substr(prefix.size()));
    EXPECT_GE(after, 0);
    EXPECT_LE(after, 5000);
    return after;
  }
};

TEST_F(DrainTest, DuringTheNoticeEverythingGoesOnButReadiness) {
  Config config = TestConfig();
  config.drain_notice = seconds(60);
  TestGateway gateway(config);
  EXPECT_TRUE(HttpGet(gateway.admin(), "/readyz").starts_with("HTTP/1.1 200"));
  gateway.app().BeginDrain();
  ASSERT_TRUE(WaitForStep(gateway, 1));
  EXPECT_TRUE(
      WaitFor([&] { return HttpGet(gateway.admin(), "/readyz").starts_with("HTTP/1.1 503"); }));
  EXPECT_TRUE(HttpGet(gateway.admin(), "/livez").starts_with("HTTP/1.1 200"));
  WsClient late;
  ASSERT_TRUE(late.Connect(gateway.client(), "/ws?user=ada"));
  const auto outcome = gateway.SendToUser("ada", Text("still here"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->queued(), 1u);
  EXPECT_TRUE(late.Read());
  gateway.app().StopNow();  // The second SIGTERM.
  gateway.app().Wait();
  EXPECT_TRUE(gateway.app().stopped());
}

TEST_F(DrainTest, SessionsAreReleasedWithAHintAndOneByOne) {
  constexpr int kSessions = 20;
  Config config = TestConfig(3);
  config.drain_window = seconds(10);
  config.drain_sessions_per_second = 100;
  TestGateway gateway(config);
  std::vector<RawClient> clients(kSessions);
  ASSERT_NO_FATAL_FAILURE(OpenAll(gateway, clients));
  const auto start = std::chrono::steady_clock::now();
  gateway.app().BeginDrain();
  for (RawClient& client : clients) {
    ExpectDraining(client);
    EXPECT_FALSE(client.ReadFrame()) << "the gateway shuts its side";
    client.HangUp();
  }
  gateway.app().Wait();
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(9)) << "none left: no need to wait";
}

TEST_F(DrainTest, AFullShardMayUseTheRateThatEmptyOnesDoNot) {
  constexpr int kSessions = 30;
  Config config = TestConfig(4);
  config.drain_window = seconds(30);
  config.drain_sessions_per_second = 15;
  TestGateway gateway(config);
  std::vector<RawClient> clients(kSessions);
  for (RawClient& client : clients) {
    ASSERT_TRUE(client.Open(gateway.client(), "/ws?user=ada")) << "all on ada's shard";
  }
  const auto start = std::chrono::steady_clock::now();
  gateway.app().BeginDrain();
  for (RawClient& client : clients) ExpectDraining(client);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, milliseconds(1900)) << "30 sessions at 15 a second";
  EXPECT_LT(took, seconds(4)) << "a quarter of the rate would take 8 s";
}

TEST_F(DrainTest, ASecondSignalSendsWhoIsLeftAwayOverTheWholeSpread) {
  constexpr int kSessions = 50;
  Config config = TestConfig(2);
  config.drain_window = seconds(60);
  config.drain_sessions_per_second = 1;
  TestGateway gateway(config);
  std::vector<RawClient> clients(kSessions);
  ASSERT_NO_FATAL_FAILURE(OpenAll(gateway, clients));
  gateway.app().BeginDrain();
  ASSERT_TRUE(WaitForStep(gateway, 3));
  ASSERT_TRUE(WaitFor([&] { return gateway.Metrics()["wsgate_sessions"] < kSessions; }));
  gateway.app().StopNow();
  std::vector<int> hints;
  for (RawClient& client : clients) hints.push_back(ExpectDraining(client));
  std::sort(hints.begin(), hints.end());
  EXPECT_GE(hints.back(), 4800);
  for (int i = 1; i + 2 < kSessions; ++i) {
    EXPECT_GE(hints[i + 2] - hints[i], 100) << "5 s over 49 of them: 102 ms each";
  }
}

TEST_F(DrainTest, SendsToSessionsStillHereGoOn) {
  Config config = TestConfig();
  config.drain_window = seconds(30);
  config.drain_sessions_per_second = 1;
  TestGateway gateway(config);
  RawClient first;
  RawClient second;
  ASSERT_TRUE(first.Open(gateway.client(), "/ws?user=first"));
  ASSERT_TRUE(second.Open(gateway.client(), "/ws?user=second"));
  gateway.app().BeginDrain();
  ASSERT_TRUE(WaitForStep(gateway, 3));
  const auto outcome = gateway.SendToUser("second", Text("farewell"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->queued(), 1u);
  const auto message = second.ReadFrame();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->payload, "farewell");
  ExpectDraining(first);
  ExpectDraining(second);
}

TEST_F(DrainTest, NewcomersAfterTheNoticeGet503AndThenTheListenerCloses) {
  Config config = TestConfig(2);
  config.drain_window = seconds(30);
  TestGateway gateway(config);
  RawClient stays;  // The drain has somebody to wait for.
  ASSERT_TRUE(stays.Open(gateway.client(), "/ws"));
  std::vector<RawClient> waiting(8);
  for (RawClient& client : waiting) ASSERT_TRUE(client.Connect(gateway.client()));
  ASSERT_TRUE(WaitFor([&] { return gateway.Metrics()["wsgate_handshakes"] == 8; }));
  gateway.app().BeginDrain();
  ASSERT_TRUE(WaitForStep(gateway, 3));
  EXPECT_TRUE(WaitFor([&] { return !RawClient().Connect(gateway.client()); }));
  for (RawClient& client : waiting) {
    client.Send(UpgradeRequestBytes("/ws"));
    const std::string answer = client.ReadResponse();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_NE(answer.find("\r\nRetry-After: "), std::string::npos) << answer;
  }
  EXPECT_EQ(gateway.Metrics()["wsgate_sessions_refused_total{reason=\"draining\"}"], 8);
}

TEST_F(DrainTest, TheDrainRpcIsTheSameAndStreamsEndUnavailable) {
  TestGateway gateway;
  MessageConsumer consumer(gateway.control(), gateway.client());
  RawClient client;
  ASSERT_TRUE(client.Open(gateway.client(), "/ws?user=ada"));
  const auto response = gateway.Drain();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->sessions(), 1u);
  ExpectDraining(client);
  client.HangUp();
  gateway.app().Wait();
  const auto end = consumer.WaitForEnd();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code(), absl::StatusCode::kUnavailable) << *end;
}

TEST_F(DrainTest, WhoDoesNotLeaveDoesNotHoldTheWindow) {
  Config config = TestConfig();
  config.close_timeout = milliseconds(200);
  config.drain_window = seconds(20);
  TestGateway gateway(config);
  RawClient deaf;
  ASSERT_TRUE(deaf.Open(gateway.client(), "/ws?user=ada"));
  const auto start = std::chrono::steady_clock::now();
  gateway.app().BeginDrain();
  gateway.app().Wait();
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(15));
}

TEST_F(DrainTest, EveryOpenCallIsAnswered) {
  TestGateway gateway(TestConfig(3));
  std::vector<RawClient> clients(30);
  ASSERT_NO_FATAL_FAILURE(OpenAll(gateway, clients));
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        const auto outcome = gateway.Broadcast(Text("load"));
        ++answered;
        if (outcome.ok()) continue;
        // CANCELLED is gRPC's own word for a call that its shutdown caught before we saw it.
        EXPECT_TRUE(absl::IsUnavailable(outcome.status()) || absl::IsCancelled(outcome.status()))
            << outcome.status();
        return;
      }
    });
  }
  ASSERT_TRUE(WaitFor([&] { return answered > 100; }));
  gateway.app().BeginDrain();
  gateway.app().Wait();
  stop = true;
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace wsgate
