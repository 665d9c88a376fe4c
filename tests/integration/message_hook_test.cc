// OnMessage: replies, sends, order, windows, restarts, and backends that do not answer.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/bad_backend.h"
#include "tests/support/control_stub.h"
#include "tests/support/hook_backend.h"
#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Config MessageConfig(const std::string& targets) {
  Config config = TestConfig(2);
  config.on_message_targets = targets;
  return config;
}

absl::Status Echo(const v1::OnMessageRequest& request, v1::OnMessageResponse& response) {
  *response.mutable_reply() = request.message();
  return absl::OkStatus();
}

double Metric(TestGateway& gateway, const std::string& series) {
  return gateway.Metrics()[series];
}

TEST(MessageHookTest, AReplyGoesToTheSessionThatSpoke) {
  HookBackend backend({.on_message = Echo});
  TestGateway gateway(MessageConfig(backend.address()));
  WsClient ada;
  WsClient bob;
  ASSERT_TRUE(ada.Connect(gateway.client(), "/ws?user=ada"));
  ASSERT_TRUE(bob.Connect(gateway.client(), "/ws?user=bob"));
  const std::string bytes("\x00\x01\xff", 3);
  ASSERT_TRUE(ada.SendText("hello"));
  ASSERT_TRUE(ada.SendBinary(bytes));
  const auto text = ada.Read();
  ASSERT_TRUE(text);
  EXPECT_EQ(text->payload, "hello");
  const auto binary = ada.Read();
  ASSERT_TRUE(binary);
  EXPECT_EQ(binary->payload, bytes);
  EXPECT_FALSE(binary->text);
  EXPECT_FALSE(bob.Read(milliseconds(50)));
  const std::vector<v1::OnMessageRequest> heard = backend.messages();
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].session_id(), gateway.SessionOf("ada"));
  EXPECT_EQ(heard[0].user_id(), "ada");
  EXPECT_EQ(heard[0].number(), 1u);
  EXPECT_EQ(heard[1].number(), 2u);
  EXPECT_GT(heard[0].receive_time().seconds(), 1'600'000'000);
}

TEST(MessageHookTest, NobodyElseReceivesWhatClientsSay) {
  HookBackend backend({.on_message = Echo});
  TestGateway gateway(MessageConfig(backend.address()));
  const auto stub = MakeControlStub(gateway.control());
  grpc::ClientContext context;
  const auto stream = stub->ReceiveMessages(&context);
  v1::ReceiveMessagesResponse response;
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(status.error_message().find("hooks.on_message.targets"), std::string::npos);
}

TEST(MessageHookTest, SendsGoWhereTheBackendSays) {
  HookBackend backend(
      {.on_message = [](const v1::OnMessageRequest& request, v1::OnMessageResponse& response) {
        v1::OnMessageResponse::Send& all = *response.add_sends();
        all.mutable_target()->set_all(true);
        all.mutable_message()->set_text("all");
        all.mutable_options()->add_exclude_session_ids(request.session_id());
        v1::OnMessageResponse::Send& bob = *response.add_sends();
        bob.mutable_target()->set_user_id("bob");
        bob.mutable_message()->set_text("bob");
        response.add_sends()->mutable_message()->set_text("to nobody: no target");
        return absl::OkStatus();
      }});
  TestGateway gateway(MessageConfig(backend.address()));
  WsClient ada;
  WsClient bob;
  ASSERT_TRUE(ada.Connect(gateway.client(), "/ws?user=ada"));
  ASSERT_TRUE(bob.Connect(gateway.client(), "/ws?user=bob"));
  ASSERT_TRUE(gateway.WaitForSessions(2));
  ASSERT_TRUE(ada.SendText("go"));
  EXPECT_EQ(bob.Read()->payload, "all");
  EXPECT_EQ(bob.Read()->payload, "bob");
  EXPECT_FALSE(ada.Read(milliseconds(50)));
  EXPECT_TRUE(
      WaitFor([&] { return Metric(gateway, "wsgate_hook_sends_total{result=\"taken\"}") == 2; }));
  EXPECT_EQ(Metric(gateway, "wsgate_hook_sends_total{result=\"refused\"}"), 1);
}

TEST(MessageHookTest, AFullWindowStopsTheReadingAndLosesNothing) {
  constexpr int kMessages = 1'000;
  constexpr size_t kWindow = 4;
  std::atomic<bool> go{false};
  HookBackend backend({.on_message = [&](const auto& request, v1::OnMessageResponse& response) {
    EXPECT_TRUE(WaitFor([&] { return go.load(); }, seconds(60)));
    return Echo(request, response);
  }});
  Config config = MessageConfig(backend.address());
  config.on_message_window = kWindow;
  config.on_message_timeout = seconds(60);
  TestGateway gateway(config);
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  for (int i = 0; i < kMessages; ++i) ASSERT_TRUE(client.SendText(std::to_string(i)));
  ASSERT_TRUE(WaitFor([&] { return gateway.Stats().messages_in() == kWindow; }));
  WsClient other;
  ASSERT_TRUE(other.Connect(gateway.client(), "/ws?user=bob"));
  EXPECT_EQ(gateway.SendToUser("ada", Text("news"))->queued(), 1u) << "it is still sent to";
  EXPECT_EQ(client.Read()->payload, "news");
  EXPECT_EQ(gateway.Stats().messages_in(), kWindow) << "and nothing more was read";
  EXPECT_EQ(backend.messages().size(), 1u) << "one at a time";
  go = true;
  for (int i = 0; i < kMessages; ++i) {
    const auto reply = client.Read();
    ASSERT_TRUE(reply) << i;
    ASSERT_EQ(reply->payload, std::to_string(i));
  }
}

// What a backend heard of a session, each number once.
std::vector<std::string> InOrder(const std::vector<v1::OnMessageRequest>& heard, uint64_t& next) {
  std::vector<std::string> texts;
  for (const v1::OnMessageRequest& request : heard) {
    EXPECT_LE(request.number(), next) << "a message was left out";
    if (request.number() != next) continue;  // Come again.
    ++next;
    texts.push_back(request.message().text());
  }
  return texts;
}

TEST(MessageHookTest, AThousandMessagesArriveInOrderAcrossARestart) {
  constexpr int kMessages = 1'000;
  auto backend = std::make_unique<HookBackend>(HookBackend::Answers{.on_message = Echo});
  const int port = backend->port();
  Config config = MessageConfig(backend->address());
  config.on_message_timeout = seconds(30);
  config.on_message_on_failure = "closed";
  TestGateway gateway(config);
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  std::vector<v1::OnMessageRequest> heard;
  for (int i = 0; i < kMessages; ++i) {
    ASSERT_TRUE(client.SendText(std::to_string(i)));
    if (i != kMessages / 2) continue;
    ASSERT_TRUE(WaitFor([&] { return backend->messages().size() > kMessages / 4; }));
    backend->Stop();  // In the middle of whatever it does.
    heard = backend->messages();
    backend.reset();
    backend = std::make_unique<HookBackend>(HookBackend::Answers{.on_message = Echo}, port);
  }
  for (int i = 0; i < kMessages; ++i) {
    const auto reply = client.Read(seconds(30));
    ASSERT_TRUE(reply) << i;
    ASSERT_EQ(reply->payload, std::to_string(i));
  }
  for (const v1::OnMessageRequest& request : backend->messages()) heard.push_back(request);
  uint64_t next = 1;
  const std::vector<std::string> texts = InOrder(heard, next);
  ASSERT_EQ(texts.size(), static_cast<size_t>(kMessages));
  for (int i = 0; i < kMessages; ++i) ASSERT_EQ(texts[i], std::to_string(i));
}

TEST(MessageHookTest, WhatWasSaidBeforeTheEndIsStillTold) {
  std::atomic<bool> go{false};
  HookBackend backend({.on_message = [&](const auto&, auto&) {
    EXPECT_TRUE(WaitFor([&] { return go.load(); }));
    return absl::OkStatus();
  }});
  TestGateway gateway(MessageConfig(backend.address()));
  {
    WsClient client;
    ASSERT_TRUE(client.Connect(gateway.client(), "/ws"));
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(client.SendText(std::to_string(i)));
    ASSERT_TRUE(WaitFor([&] { return gateway.Stats().messages_in() == 8; }));
  }
  ASSERT_TRUE(WaitFor([&] { return gateway.Stats().sessions() == 0; }));
  go = true;
  EXPECT_TRUE(WaitFor([&] { return backend.messages().size() == 8; }));
}

TEST(MessageHookTest, WhileASessionIsNotReadItsSilenceIsNotHeldAgainstIt) {
  std::atomic<bool> go{false};
  HookBackend backend({.on_message = [&](const auto&, auto&) {
    EXPECT_TRUE(WaitFor([&] { return go.load(); }));
    return absl::OkStatus();
  }});
  Config config = MessageConfig(backend.address());
  config.on_message_window = 1;
  config.on_message_concurrency = 1;
  config.on_message_timeout = milliseconds(400);
  config.ping_interval = milliseconds(50);
  config.on_message_on_failure = "open";
  TestGateway gateway(config);
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws"));
  ASSERT_TRUE(client.SendText("one"));
  // The ping interval is far shorter than the wait: its silence is not held against it.
  EXPECT_TRUE(WaitFor([&] {
    return Metric(gateway, "wsgate_received_dropped_total{reason=\"backend_failed\"}") == 1;
  }));
  EXPECT_EQ(gateway.Stats().sessions(), 1u);
  go = true;
  ASSERT_TRUE(client.SendText("two"));
  EXPECT_TRUE(WaitFor([&] { return backend.messages().size() == 2; }));
}

class MessageHookFailureTest : public testing::TestWithParam<Failure> {};

TEST_P(MessageHookFailureTest, OpenDropsTheMessageAndClosedEndsItsSession) {
  BadBackend backend(GetParam().backend);
  Config config = MessageConfig(backend.address());
  config.on_message_timeout = milliseconds(300);
  config.on_message_on_failure = GetParam().on_failure;
  TestGateway gateway(config);
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway.client(), "/ws?user=ada"));
  ASSERT_TRUE(client.SendText("one"));
  ASSERT_TRUE(client.SendText("two"));
  const bool open = config.on_message_on_failure == "open";
  // Where it ends, the second message may not have been read.
  const double dropped = open ? 2 : 1;
  EXPECT_TRUE(WaitFor([&] {
    return Metric(gateway, "wsgate_received_dropped_total{reason=\"backend_failed\"}") >= dropped;
  }));
  if (open) {
    EXPECT_EQ(gateway.SendToUser("ada", Text("still here"))->queued(), 1u);
    EXPECT_EQ(client.Read()->payload, "still here");
  } else {
    ASSERT_TRUE(client.ReadUntilClosed());
    EXPECT_EQ(client.close_code(), GetParam().backend == Backend::kSlow ? 4006 : 4005);
  }
}
INSTANTIATE_TEST_SUITE_P(Each, MessageHookFailureTest, testing::ValuesIn(kFailures), NameOf);

}  // namespace
}  // namespace wsgate
