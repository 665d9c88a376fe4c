#include "control/convert.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include "control/limits_rpc.h"

namespace wsgate {
namespace {

using google::protobuf::util::TimeUtil;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(FillTest, AnOutcomeShowsOnlyReasonsThatHappened) {
  Outcome outcome;
  outcome.Queued();
  outcome.Queued();
  outcome.Dropped(DropReason::kClosing);
  outcome.offline = 4;
  outcome.shards_full = 1;
  v1::Outcome out;
  Fill(outcome, out);
  EXPECT_EQ(out.matched(), 3u);
  EXPECT_EQ(out.queued(), 2u);
  EXPECT_THAT(out.dropped(), ElementsAre(Pair("closing", 1u)));
  EXPECT_EQ(out.offline(), 4u);
  EXPECT_EQ(out.nodes(), 1u);
  EXPECT_EQ(out.shards_full(), 1u);
}

TEST(FillTest, ASession) {
  v1::Session out;
  PeerAddress peer{.port = 9};
  inet_pton(AF_INET6, "::ffff:127.0.0.1", &peer.address);
  const SessionId id{.incarnation = 7, .shard = 1, .slot = {.index = 2, .generation = 3}};
  Fill(SessionInfo{.id = id,
                   .facts = SessionFacts({.user_id = "ada",
                                          .tenant = "acme",
                                          .path = "/ws",
                                          .subprotocol = Subprotocol::kRaw,
                                          .deflate_bits = 15,
                                          .peer = peer,
                                          .metadata = {{"k", "v"}}}),
                   .connected_at_us = 1'700'000'000'123'456,
                   .messages_received = 1,
                   .messages_sent = 2,
                   .queued_bytes = 3},
       out);
  EXPECT_EQ(out.session_id(), id.ToString());
  EXPECT_EQ(out.user_id(), "ada");
  EXPECT_EQ(out.tenant(), "acme");
  EXPECT_TRUE(out.compressed());
  EXPECT_EQ(out.path(), "/ws");
  EXPECT_EQ(out.subprotocol(), "wsgate.raw");
  EXPECT_THAT(out.metadata(), ElementsAre(Pair("k", "v")));
  EXPECT_EQ(out.remote_address(), "127.0.0.1:9");
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(out.connect_time()), 1'700'000'000'123'456);
  EXPECT_EQ(out.messages_received(), 1u);
  EXPECT_EQ(out.messages_sent(), 2u);
  EXPECT_EQ(out.queued_bytes(), 3u);
}

TEST(FillTest, AUserIsOnlineWithASession) {
  v1::UserStatus out;
  Fill(UserPresence{"ada", {"s1", "s2"}}, out);
  EXPECT_TRUE(out.online());
  EXPECT_EQ(out.sessions(), 2u);
  EXPECT_THAT(out.session_ids(), ElementsAre("s1", "s2"));
  v1::UserStatus offline;
  Fill(UserPresence{"bob", {}}, offline);
  EXPECT_FALSE(offline.online());
  EXPECT_EQ(offline.user_id(), "bob");
}

TEST(FillTest, LimitsComeBackAsTheyWere) {
  Limits limits;
  limits.handshake_timeout = std::chrono::milliseconds(1'500);
  limits.messages_burst = 7;
  v1::Limits out;
  Fill(limits, out);
  Limits back;
  BadFields bad;
  MergeLimits(out, back, bad);
  EXPECT_EQ(back, limits);
  EXPECT_TRUE(out.has_messages_per_second()) << "every field is there, 0 too";
}

TEST(FillTest, StatsOfANode) {
  ShardStats shard;
  shard.sessions.Set(5);
  shard.users.Set(-1);  // A reader between two cells.
  shard.refused[RefuseCause::kNodeFull].Add(2);
  shard.messages_received[PayloadKind::kText].Add(3);
  shard.messages_received[PayloadKind::kBinary].Add(4);
  shard.dropped[DropReason::kQueueFull].Add(6);
  shard.queue_dropped.Add(7);
  shard.closed[CloseReason::kKicked].Add(8);
  NodeStats node;
  node.InboundDropped(InboundDrop::kConsumerFull, 9);
  v1::GetStatsResponse out;
  Fill(Collector({&shard, &shard}, &node, "n1").Collect(), out);
  ASSERT_EQ(out.nodes_size(), 1);
  EXPECT_EQ(out.nodes(0).node_id(), "n1");
  EXPECT_FALSE(out.nodes(0).version().empty());
  EXPECT_GT(out.nodes(0).start_time().seconds(), 0);
  ASSERT_EQ(out.nodes(0).shards_size(), 2);
  EXPECT_EQ(out.nodes(0).shards(0).sessions(), 5u);
  EXPECT_EQ(out.nodes(0).shards(0).resident_bytes(), 0u);
  const v1::Stats& total = out.total();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(total, out.nodes(0).stats()));
  EXPECT_EQ(total.sessions(), 10u);
  EXPECT_EQ(total.users(), 0u);
  EXPECT_THAT(total.refused(), ElementsAre(Pair("node_full", 4u)));
  EXPECT_EQ(total.messages_in(), 14u);
  EXPECT_THAT(total.dropped(),
              UnorderedElementsAre(Pair("queue_full", 12u), Pair("session_ended", 14u),
                                   Pair("consumer_full", 9u)));
  EXPECT_THAT(total.closed(), ElementsAre(Pair("kicked", 16u)));
  EXPECT_GT(total.resident_bytes(), 0u);
}

}  // namespace
}  // namespace wsgate
