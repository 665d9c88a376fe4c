// What the control API says of sessions, and how it ends them.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/support/raw_client.h"
#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

class BasicSessionTest : public testing::TestWithParam<uint32_t> {
 protected:
  WsClient Connect(const std::string& target, const std::string& subprotocol = "") {
    WsClient client;
    EXPECT_TRUE(client.Connect(gateway_.client(), target, subprotocol)) << client.status();
    return client;
  }
  uint32_t Disconnect(const v1::DisconnectRequest& request) {
    const auto response = gateway_.Disconnect(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->disconnected() : 0;
  }

  TestGateway gateway_{TestConfig(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Shards, BasicSessionTest, testing::Values(1, 3));

TEST_P(BasicSessionTest, GetSessionShowsWhatIsKnown) {
  WsClient client = Connect("/ws/room/7?user=ada&meta.plan=pro&other=1", "wsgate.raw");
  ASSERT_TRUE(client.SendText("one"));
  ASSERT_TRUE(client.Ping("sync"));  // What came before the ping has been read.
  ASSERT_TRUE(gateway_.SendToUser("ada", Text("two")).ok());
  const auto response = gateway_.GetSession(gateway_.SessionOf("ada"));
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Session& session = response->session();
  EXPECT_EQ(session.user_id(), "ada");
  EXPECT_EQ(session.path(), "/ws/room/7");
  EXPECT_EQ(session.subprotocol(), "wsgate.raw");
  ASSERT_EQ(session.metadata_size(), 1);
  EXPECT_EQ(session.metadata().at("plan"), "pro");
  EXPECT_TRUE(session.remote_address().starts_with("127.0.0.1:")) << session.remote_address();
  EXPECT_GT(session.connect_time().seconds(), 1'600'000'000);
  EXPECT_EQ(session.messages_received(), 1u);
  EXPECT_EQ(session.messages_sent(), 1u);
  EXPECT_EQ(session.queued_bytes(), 0u);
}

TEST_P(BasicSessionTest, PagesShowEverySessionOnce) {
  std::vector<RawClient> clients(25);
  for (size_t i = 0; i < clients.size(); ++i) {
    ASSERT_TRUE(clients[i].Open(gateway_.client(), "/ws?user=u" + std::to_string(i)));
  }
  v1::ListSessionsRequest request;
  request.set_page_size(7);
  std::set<std::string> users;
  int pages = 0;
  do {
    const auto page = gateway_.ListSessions(request);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_LE(page->sessions_size(), 7);
    for (const v1::Session& session : page->sessions()) {
      EXPECT_TRUE(users.insert(session.user_id()).second) << session.user_id() << " is there twice";
    }
    request.set_page_token(page->next_page_token());
    ASSERT_LT(++pages, 10);
  } while (!request.page_token().empty());
  EXPECT_EQ(users.size(), 25u);

  v1::ListSessionsRequest filtered;
  filtered.mutable_filter()->add_user_ids("u3");
  const auto page = gateway_.ListSessions(filtered);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->sessions_size(), 1);
  EXPECT_TRUE(page->next_page_token().empty());
}

TEST_P(BasicSessionTest, UserStatusIsInTheOrderOfTheRequest) {
  WsClient one = Connect("/ws?user=ada");
  WsClient two = Connect("/ws?user=ada");
  v1::GetUserStatusRequest request;
  for (const char* user : {"ghost", "ada", "bob"}) request.add_user_ids(user);
  WsClient bob = Connect("/ws?user=bob");
  const auto response = gateway_.GetUserStatus(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->statuses_size(), 3);
  EXPECT_EQ(response->statuses(0).user_id(), "ghost");
  EXPECT_FALSE(response->statuses(0).online());
  EXPECT_EQ(response->statuses(1).user_id(), "ada");
  EXPECT_TRUE(response->statuses(1).online());
  EXPECT_EQ(response->statuses(1).sessions(), 2u);
  EXPECT_EQ(response->statuses(1).session_ids_size(), 2);
  EXPECT_EQ(response->statuses(2).sessions(), 1u);
}

TEST_P(BasicSessionTest, ADisconnectHasItsOwnCodeAndReason) {
  WsClient ada = Connect("/ws?user=ada");
  WsClient bob = Connect("/ws?user=bob");
  v1::DisconnectRequest request;
  request.mutable_target()->set_user_id("ada");
  request.set_code(4123);
  request.set_reason("go away");
  EXPECT_EQ(Disconnect(request), 1u);
  ASSERT_TRUE(ada.ReadUntilClosed());
  EXPECT_EQ(ada.close_code(), 4123);
  EXPECT_EQ(ada.close_reason(), "go away");
  EXPECT_EQ(Disconnect(request), 0u) << "nobody is there any more";

  v1::DisconnectRequest plain;
  plain.mutable_target()->set_session_id(gateway_.SessionOf("bob"));
  EXPECT_EQ(Disconnect(plain), 1u);
  ASSERT_TRUE(bob.ReadUntilClosed());
  EXPECT_EQ(bob.close_code(), 4500);
  EXPECT_EQ(bob.close_reason(), "kicked");
}

TEST_P(BasicSessionTest, ADisconnectOfAllSparesTheExcluded) {
  WsClient ada = Connect("/ws?user=ada");
  WsClient bob = Connect("/ws?user=bob");
  WsClient cyd = Connect("/ws?user=cyd");
  WsClient nobody = Connect("/ws");
  ASSERT_TRUE(gateway_.WaitForSessions(4));
  v1::DisconnectRequest request;
  request.mutable_target()->set_all(true);
  request.add_exclude_user_ids("ada");
  request.add_exclude_session_ids(gateway_.SessionOf("bob"));
  EXPECT_EQ(Disconnect(request), 2u);
  EXPECT_TRUE(cyd.ReadUntilClosed());
  EXPECT_TRUE(nobody.ReadUntilClosed());
  EXPECT_EQ(cyd.close_code(), 4500);
  EXPECT_TRUE(ada.Ping("still here"));
  EXPECT_TRUE(bob.Ping("still here"));
}

TEST_P(BasicSessionTest, TheGatewaysOwnCodesAreNotAService) {
  v1::DisconnectRequest request;
  request.mutable_target()->set_all(true);
  for (const uint32_t code : {999u, 1001u, 2999u, 4000u, 4099u, 4500u, 4599u, 5000u}) {
    request.set_code(code);
    EXPECT_EQ(gateway_.Disconnect(request).status().code(), absl::StatusCode::kInvalidArgument)
        << code;
  }
  for (const uint32_t code : {0u, 1000u, 3000u, 3999u, 4100u, 4499u, 4600u, 4999u}) {
    request.set_code(code);
    EXPECT_TRUE(gateway_.Disconnect(request).ok()) << code;
  }
}

TEST_P(BasicSessionTest, WhatWasSentBeforeADisconnectComesBeforeItsClose) {
  WsClient client = Connect("/ws?user=ada");
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(gateway_.Broadcast(Text(std::to_string(i))).ok());
  v1::DisconnectRequest request;
  request.mutable_target()->set_all(true);
  EXPECT_EQ(Disconnect(request), 1u);
  for (int i = 0; i < 50; ++i) {
    const auto message = client.Read();
    ASSERT_TRUE(message) << i;
    EXPECT_EQ(message->payload, std::to_string(i));
  }
  EXPECT_TRUE(client.ReadUntilClosed());
}

TEST_P(BasicSessionTest, AHangUpBehindAMessageIsSeenAtOnce) {
  for (int i = 0; i < 20; ++i) {
    RawClient client;
    ASSERT_TRUE(client.Open(gateway_.client(), "/ws?user=ada"));
    client.Send(TextFrame("last words"));
    client.ShutDownWrite();
    EXPECT_TRUE(client.WaitForEof(std::chrono::seconds(3))) << i;
  }
  EXPECT_TRUE(gateway_.WaitForSessions(0));
}

}  // namespace
}  // namespace wsgate
