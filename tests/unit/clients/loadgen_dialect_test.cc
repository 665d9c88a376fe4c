#include "clients/loadgen/dialect.h"

#include <gtest/gtest.h>

namespace wsgate::loadgen {
namespace {

TEST(DialectTest, PlainNamesUserAndMetadataAndReadsNothing) {
  const auto plain = MakePlain();
  EXPECT_EQ(plain->Target("u7", 7),
            "/ws?user=u7&meta.device=phone-00000007&meta.plan=enterprise-month");
  EXPECT_EQ(plain->Greeting(), "");
  EXPECT_FALSE(plain->reads_texts());
}

TEST(DialectTest, SocketIoJoinsBeforeItIsReady) {
  const auto dialect = MakeSocketIo();
  const auto open = dialect->OnText(R"(0{"sid":"a","upgrades":[],"pingInterval":25000})");
  EXPECT_EQ(open.answer, "40");
  EXPECT_FALSE(open.ready);
  EXPECT_TRUE(dialect->OnText(R"(40{"sid":"b"})").ready);
  EXPECT_TRUE(dialect->OnText(R"(44{"message":"no"})").refused);
}

TEST(DialectTest, SocketIoCountsEventsAndAnswersPings) {
  const auto dialect = MakeSocketIo();
  EXPECT_EQ(dialect->OnText(R"(42["m","xx"])").messages, 1u);
  const auto ping = dialect->OnText("2");
  EXPECT_TRUE(ping.ping);
  EXPECT_EQ(ping.answer, "3");
  EXPECT_EQ(ping.messages, 0u);
}

TEST(DialectTest, CentrifugeSpeaksFirstAndIsReadyByTheReply) {
  const auto dialect = MakeCentrifuge();
  EXPECT_EQ(dialect->Greeting(), R"({"id":1,"connect":{}})");
  EXPECT_TRUE(dialect->OnText(R"({"id":1,"connect":{"client":"a","subs":{"all":{}}}})").ready);
  const auto refused = dialect->OnText(R"({"id":1,"error":{"code":101,"message":"no"}})");
  EXPECT_TRUE(refused.refused);
  EXPECT_FALSE(refused.ready);
}

TEST(DialectTest, CentrifugeCountsEveryLineOfAFrame) {
  const auto dialect = MakeCentrifuge();
  const auto heard = dialect->OnText(
      "{\"push\":{\"channel\":\"all\",\"pub\":{\"data\":\"x\"}}}\n"
      "{}\n"
      "{\"push\":{\"channel\":\"all\",\"join\":{}}}\n"
      "{\"push\":{\"message\":{\"data\":\"x\"}}}\n");
  EXPECT_EQ(heard.messages, 2u);
  EXPECT_TRUE(heard.ping);
  EXPECT_EQ(heard.answer, "{}");
}

TEST(DialectTest, PusherSubscribesAndThenCountsItsOwnEventOnly) {
  const auto dialect = MakePusher();
  const auto open = dialect->OnText(
      R"({"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\"}"})");
  EXPECT_EQ(open.answer, R"({"event":"pusher:subscribe","data":{"channel":"all"}})");
  EXPECT_TRUE(
      dialect->OnText(R"({"event":"pusher_internal:subscription_succeeded","channel":"all"})")
          .ready);
  EXPECT_EQ(dialect->OnText(R"({"channel":"all","event":"m","data":"x"})").messages, 1u);
  EXPECT_EQ(dialect->OnText(R"({"channel":"all","event":"member","data":"x"})").messages, 0u);
  EXPECT_TRUE(dialect->OnText(R"({"event":"pusher:error","data":{"code":4001}})").refused);
}

TEST(DialectTest, EveryPeerIsToldTheUserWhereItHasTheNotion) {
  EXPECT_EQ(MakeSocketIo()->Target("u7", 9), "/socket.io/?EIO=4&transport=websocket&user=u7");
  EXPECT_EQ(MakeCentrifuge()->Target("u7", 9), "/connection/websocket?user=u7");
}

}  // namespace
}  // namespace wsgate::loadgen
