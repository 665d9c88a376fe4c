// WatchSessions and WatchStats of a whole gateway.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/control_stub.h"
#include "tests/support/raw_client.h"
#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

using Response = v1::WatchSessionsResponse;

Config ThreeShards() {
  Config config = TestConfig(3);
  config.drain_sessions_per_second = 1'000;  // Else one session has half the window's time.
  return config;
}

class WatchTest : public testing::Test {
 protected:
  void Watch(const v1::WatchSessionsRequest& request = {}) {
    context_ = std::make_unique<grpc::ClientContext>();
    context_->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stream_ = stub_->WatchSessions(context_.get(), request);
    stream_->WaitForInitialMetadata();
  }
  Response Next() {
    Response response;
    EXPECT_TRUE(stream_->Read(&response));
    return response;
  }

  TestGateway gateway_{ThreeShards()};
  std::unique_ptr<v1::ControlService::Stub> stub_ = MakeControlStub(gateway_.control());
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReader<Response>> stream_;
};

TEST_F(WatchTest, ASessionIsToldFromItsComingToItsEnd) {
  Watch();
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway_.client(), "/ws/lobby?user=ada&meta.room=blue", "wsgate.raw"));
  const Response came = Next();
  ASSERT_TRUE(came.has_connected());
  EXPECT_EQ(came.connected().user_id(), "ada");
  EXPECT_EQ(came.connected().path(), "/ws/lobby");
  EXPECT_EQ(came.connected().subprotocol(), "wsgate.raw");
  EXPECT_EQ(came.connected().metadata().at("room"), "blue");
  EXPECT_EQ(came.connected().session_id(), gateway_.SessionOf("ada"));
  ASSERT_TRUE(gateway_.SendToUser("ada", Text("hi")).ok());
  ASSERT_TRUE(client.SendText("ho"));
  ASSERT_TRUE(client.Read());
  ASSERT_TRUE(client.Ping("sync"));
  v1::DisconnectRequest disconnect;
  disconnect.mutable_target()->set_user_id("ada");
  disconnect.set_code(3999);
  disconnect.set_reason("enough");
  ASSERT_TRUE(gateway_.Disconnect(disconnect).ok());
  const Response went = Next();
  ASSERT_TRUE(went.has_disconnected());
  EXPECT_EQ(went.disconnected().session().session_id(), came.connected().session_id());
  EXPECT_EQ(went.disconnected().session().messages_received(), 1u);
  EXPECT_EQ(went.disconnected().session().messages_sent(), 1u);
  EXPECT_EQ(went.disconnected().code(), 3999u);
  EXPECT_EQ(went.disconnected().reason(), "kicked");
  EXPECT_EQ(went.disconnected().text(), "enough");
  EXPECT_EQ(went.number(), came.number() + 1);
}

TEST_F(WatchTest, ASnapshotShowsWhoIsHereAndThenWhatHappens) {
  constexpr size_t kSessions = 600;  // More than two pages.
  std::vector<RawClient> crowd(kSessions);
  for (size_t i = 0; i < kSessions; ++i) {
    ASSERT_TRUE(crowd[i].Open(gateway_.client(), "/ws?user=u" + std::to_string(i)));
  }
  v1::WatchSessionsRequest request;
  request.set_snapshot(true);
  Watch(request);
  WsClient late;
  ASSERT_TRUE(late.Connect(gateway_.client(), "/ws?user=late"));
  crowd[0].HangUp();
  std::map<std::string, int> open;  // How often each was shown.
  Response response = Next();
  for (; response.has_connected(); response = Next()) {
    EXPECT_TRUE(response.cursor().empty());
    ++open[response.connected().user_id()];
  }
  ASSERT_TRUE(response.has_snapshot_done());
  EXPECT_EQ(response.snapshot_done().sessions(), open.size());
  EXPECT_GE(open.size(), kSessions - 1);
  bool came = false;
  bool went = false;
  while (!came || !went) {
    response = Next();
    came = came || response.connected().user_id() == "late";
    went = went || response.disconnected().session().user_id() == "u0";
  }
}

TEST_F(WatchTest, FromACursorNothingIsMissing) {
  constexpr int kRounds = 200;
  Watch();
  WsClient first;
  ASSERT_TRUE(first.Connect(gateway_.client(), "/ws?user=first"));
  std::string cursor = Next().cursor();
  context_->TryCancel();
  EXPECT_EQ(stream_->Finish().error_code(), grpc::CANCELLED);
  for (int i = 0; i < kRounds; ++i) {
    RawClient client;
    ASSERT_TRUE(client.Open(gateway_.client(), "/ws?user=u" + std::to_string(i)));
  }
  v1::WatchSessionsRequest request;
  request.set_after(cursor);
  request.mutable_filter()->set_path_prefix("/ws");
  Watch(request);
  std::set<std::string> open;
  uint64_t number = 1;
  for (int events = 0; events < 2 * kRounds; ++events) {
    const Response response = Next();
    EXPECT_EQ(response.number(), ++number);
    if (response.has_connected()) {
      EXPECT_TRUE(open.insert(response.connected().session_id()).second);
    } else {
      EXPECT_EQ(open.erase(response.disconnected().session().session_id()), 1u)
          << "nobody goes who did not come";
    }
  }
  EXPECT_TRUE(open.empty());
}

TEST_F(WatchTest, ADrainTellsTheEndOfSessionsAndThenEndsTheStream) {
  Watch();
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway_.client(), "/ws?user=ada"));
  EXPECT_EQ(Next().connected().user_id(), "ada");
  gateway_.app().BeginDrain();
  const Response went = Next();
  EXPECT_EQ(went.disconnected().reason(), "draining");
  EXPECT_EQ(went.disconnected().code(), 4000u);
  Response response;
  EXPECT_FALSE(stream_->Read(&response));
  EXPECT_EQ(stream_->Finish().error_code(), grpc::UNAVAILABLE);
}

TEST_F(WatchTest, FiguresFollowWhatHappens) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::WatchStatsRequest request;
  request.mutable_interval()->set_nanos(100'000'000);
  const auto stream = stub_->WatchStats(&context, request);
  v1::WatchStatsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.stats().total().sessions(), 0u);
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway_.client(), "/ws?user=ada"));
  while (response.stats().total().sessions() != 1) ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.stats().nodes(0).shards_size(), 3);
  context.TryCancel();
}

}  // namespace
}  // namespace wsgate
