// Sends from the control API to real clients, over one shard and over three.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

class BasicSendTest : public testing::TestWithParam<uint32_t> {
 protected:
  WsClient Connect(const std::string& target, const std::string& subprotocol = "") {
    WsClient client;
    EXPECT_TRUE(client.Connect(gateway_.client(), target, subprotocol)) << client.status();
    return client;
  }
  static std::string Next(WsClient& client) {
    const std::optional<WsMessage> message = client.Read();
    return message ? message->payload : "(nothing)";
  }
  // What is sent to everyone comes after whatever was sent before, so it shows that nothing else
  // came.
  void ExpectNothingElse(const std::vector<WsClient*>& clients) {
    ASSERT_TRUE(gateway_.Broadcast(Text("end")).ok());
    for (WsClient* client : clients) EXPECT_EQ(Next(*client), "end");
  }

  TestGateway gateway_{TestConfig(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Shards, BasicSendTest, testing::Values(1, 3));

TEST_P(BasicSendTest, AUserGetsItOnEverySession) {
  WsClient one = Connect("/ws?user=ada");
  WsClient two = Connect("/ws?user=ada", "wsgate.raw");
  WsClient other = Connect("/ws?user=bob");
  EXPECT_EQ(one.header("Sec-WebSocket-Protocol"), "");
  EXPECT_EQ(two.header("Sec-WebSocket-Protocol"), "wsgate.raw");

  const auto outcome = gateway_.SendToUser("ada", Text("hello"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->matched(), 2u);
  EXPECT_EQ(outcome->queued(), 2u);
  EXPECT_EQ(outcome->offline(), 0u);
  EXPECT_EQ(outcome->nodes(), 1u);
  EXPECT_EQ(Next(one), "hello");
  EXPECT_EQ(Next(two), "hello");
  ExpectNothingElse({&one, &two, &other});
}

TEST_P(BasicSendTest, AUserWithoutASessionIsOffline) {
  const auto outcome = gateway_.SendToUser("nobody", Text("hello"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->matched(), 0u);
  EXPECT_EQ(outcome->offline(), 1u);
}

TEST_P(BasicSendTest, ManyUsersAndTheOfflineOnesAreNamed) {
  WsClient ada = Connect("/ws?user=ada");
  WsClient bob = Connect("/ws?user=bob");
  WsClient cyd = Connect("/ws?user=cyd");
  v1::SendToUsersRequest request;
  for (const char* user : {"ada", "bob", "ghost", "ada"}) request.add_user_ids(user);
  *request.mutable_message() = Text("you");
  const auto response = gateway_.SendToUsers(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->outcome().matched(), 2u) << "a user named twice counts once";
  EXPECT_EQ(response->outcome().offline(), 1u);
  ASSERT_EQ(response->offline_user_ids_size(), 1);
  EXPECT_EQ(response->offline_user_ids(0), "ghost");
  EXPECT_EQ(Next(ada), "you");
  EXPECT_EQ(Next(bob), "you");
  ExpectNothingElse({&ada, &bob, &cyd});
}

TEST_P(BasicSendTest, OneSessionAndNotItsUsersOthers) {
  WsClient one = Connect("/ws?user=ada");
  const std::string session = gateway_.SessionOf("ada");
  WsClient two = Connect("/ws?user=ada");
  const auto outcome = gateway_.SendToSession(session, Text("only you"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->queued(), 1u);
  EXPECT_EQ(Next(one), "only you");
  ExpectNothingElse({&one, &two});
}

TEST_P(BasicSendTest, AnEndedSessionIsNotFound) {
  WsClient client = Connect("/ws?user=ada");
  const std::string session = gateway_.SessionOf("ada");
  EXPECT_TRUE(client.Close());
  ASSERT_TRUE(gateway_.WaitForSessions(0));
  EXPECT_EQ(gateway_.SendToSession(session, Text("late")).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(gateway_.SendToSession("nonsense", Text("x")).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_P(BasicSendTest, TextBinaryAndJsonArriveAsTheyAre) {
  WsClient client = Connect("/ws?user=ada");
  const std::string bytes("\x00\xff\x80 binary", 10);
  const std::string document = R"({"big":12345678901234567890123, "a" : [1 ,2]})";
  const std::string mebibyte(1048576, 'm');
  ASSERT_TRUE(gateway_.SendToUser("ada", Text("grüße")).ok());
  ASSERT_TRUE(gateway_.SendToUser("ada", Binary(bytes)).ok());
  ASSERT_TRUE(gateway_.SendToUser("ada", Json(document)).ok());
  ASSERT_TRUE(gateway_.SendToUser("ada", Text("")).ok());
  const auto big = gateway_.SendToUser("ada", Binary(mebibyte));
  ASSERT_TRUE(big.ok()) << big.status();
  EXPECT_EQ(big->queued(), 1u);

  std::optional<WsMessage> message = client.Read();
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->text);
  EXPECT_EQ(message->payload, "grüße");
  message = client.Read();
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->text);
  EXPECT_EQ(message->payload, bytes);
  message = client.Read();
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->text);
  EXPECT_EQ(message->payload, document);
  EXPECT_EQ(Next(client), "");
  EXPECT_EQ(Next(client), mebibyte);
  EXPECT_EQ(gateway_.SendToUser("ada", Binary(mebibyte + "x")).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(gateway_.SendToUser("ada", Json("{\"a\":}")).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(BasicSendTest, ABroadcastReachesWhomTheFilterNames) {
  WsClient lobby = Connect("/ws/lobby?user=ada&meta.room=1");
  WsClient lobby_raw = Connect("/ws/lobby/7?user=bob&meta.room=2", "wsgate.raw");
  WsClient anonymous = Connect("/ws?meta.room=1");
  ASSERT_TRUE(gateway_.WaitForSessions(3));
  v1::SessionFilter room;
  (*room.mutable_metadata())["room"] = "1";
  v1::SessionFilter raw;
  raw.set_subprotocol("wsgate.raw");
  v1::SessionFilter users = PathFilter("/ws/lobby");
  users.add_user_ids("bob");
  users.add_user_ids("cyd");
  v1::SessionFilter session;
  session.add_session_ids(gateway_.SessionOf("ada"));
  v1::SessionFilter old;
  old.mutable_connected_for()->set_seconds(3600);

  const auto send = [&](const char* text, const v1::SessionFilter& filter) {
    const auto outcome = gateway_.Broadcast(Text(text), filter);
    return outcome.ok() ? outcome->queued() : 99;
  };
  EXPECT_EQ(send("path", PathFilter("/ws/lobby")), 2u);
  EXPECT_EQ(send("room", room), 2u);
  EXPECT_EQ(send("raw", raw), 1u);
  EXPECT_EQ(send("users", users), 1u);
  EXPECT_EQ(send("session", session), 1u);
  EXPECT_EQ(send("old", old), 0u);
  EXPECT_EQ(send("all", {}), 3u);
  for (const char* text : {"path", "room", "session", "all"}) EXPECT_EQ(Next(lobby), text);
  for (const char* text : {"path", "raw", "users", "all"}) EXPECT_EQ(Next(lobby_raw), text);
  for (const char* text : {"room", "all"}) EXPECT_EQ(Next(anonymous), text);
}

TEST_P(BasicSendTest, ExclusionsAreLeftOutAndNotCounted) {
  WsClient ada = Connect("/ws?user=ada");
  const std::string session = gateway_.SessionOf("ada");
  WsClient ada_too = Connect("/ws?user=ada");
  WsClient bob = Connect("/ws?user=bob");
  ASSERT_TRUE(gateway_.WaitForSessions(3));
  v1::SendOptions options;
  options.add_exclude_session_ids(session);
  auto outcome = gateway_.SendToUser("ada", Text("others"), options);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->matched(), 1u);
  options.add_exclude_user_ids("bob");
  outcome = gateway_.Broadcast(Text("not bob"), {}, options);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->matched(), 1u);
  EXPECT_EQ(Next(ada_too), "others");
  EXPECT_EQ(Next(ada_too), "not bob");
  ExpectNothingElse({&ada, &ada_too, &bob});
}

}  // namespace
}  // namespace wsgate
