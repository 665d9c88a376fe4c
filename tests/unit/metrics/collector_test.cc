#include "gateway/metrics/collector.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace wsgate {
namespace {

using namespace std::chrono_literals;

// Every field is visited by ForEachField, or the structs would be larger than what was visited.
TEST(ShardStatsTest, EveryFieldIsVisited) {
  StatsValues values;
  size_t visited = 0;
  ForEachField(values, values, [&](auto& field, auto&) { visited += sizeof(field); });
  EXPECT_EQ(visited, sizeof(StatsValues));
}

TEST(ShardStatsTest, ReadingAndAddingKeepFieldsApart) {
  ManualClock clock;
  auto stats = std::make_unique<ShardStats>();
  StatsValues expected;
  int64_t next = 1;
  ForEachField(*stats, expected, [&](auto& cell, auto& value) {
    if constexpr (requires { cell.Add(1); }) {
      cell.Add(next);
      value = next++;
    } else {
      cell.Record(next * 1ms, clock.Now());
      value = cell.Read(clock.Now());
    }
  });
  StatsValues sum = ReadStats(*stats, clock.Now());
  ForEachField(sum, expected, [](const auto& read, const auto& value) {
    if constexpr (requires { read.total_ns; }) {
      EXPECT_EQ(read.total_ns, value.total_ns);
    } else {
      EXPECT_EQ(read, value);
    }
  });
  sum += ReadStats(*stats, clock.Now());
  ForEachField(sum, expected, [](const auto& twice, const auto& once) {
    if constexpr (requires { twice.total_ns; }) {
      EXPECT_EQ(twice.total_ns, 2 * once.total_ns);
      EXPECT_EQ(twice.TotalCount(), 2u);
    } else {
      EXPECT_EQ(twice, 2 * once);
    }
  });
}

TEST(NodeStatsTest, CountsCallsByMethodAndCode) {
  NodeStats stats;
  stats.RpcStarted(ControlRpc::kDrain);
  stats.RpcHandled(ControlRpc::kDrain, 14);
  stats.RpcHandled(ControlRpc::kDrain, 99);
  const NodeValues values = ReadStats(stats);
  const auto& drain = values.rpcs_handled[static_cast<size_t>(ControlRpc::kDrain)];
  EXPECT_EQ(values.rpcs_started[static_cast<size_t>(ControlRpc::kDrain)], 1u);
  EXPECT_EQ(drain[14], 1u);
  EXPECT_EQ(drain[2], 1u) << "a code that gRPC does not have is UNKNOWN";
  EXPECT_EQ(kGrpcCodes[14], "UNAVAILABLE");
}

TEST(NodeStatsTest, RpcsAreThoseOfTheProto) {
  std::ifstream proto(WSGATE_SOURCE_DIR "/proto/wsgate/v1/control_service.proto");
  std::vector<std::string> rpcs;
  for (std::string line; std::getline(proto, line);) {
    if (line.starts_with("  rpc ")) rpcs.push_back(line.substr(6, line.find('(') - 6));
  }
  EXPECT_EQ(rpcs, std::vector<std::string>(kControlRpcs.begin(), kControlRpcs.end()));
}

class CollectorTest : public testing::Test {
 protected:
  ManualClock clock_;
  std::unique_ptr<ShardStats[]> shards_ = std::make_unique<ShardStats[]>(2);
  NodeStats node_;
  Collector collector_{{&shards_[0], &shards_[1]}, &node_, "node-a"};
};

TEST_F(CollectorTest, ShowsEachShardAndTheirSum) {
  shards_[0].sessions.Set(3);
  shards_[1].sessions.Set(4);
  shards_[0].closed[CloseReason::kSlowConsumer].Add(2);
  shards_[1].closed[CloseReason::kSlowConsumer].Add(5);
  shards_[0].broadcast_latency.Record(1ms, clock_.Now());
  shards_[1].broadcast_latency.Record(9ms, clock_.Now());

  const StatsSnapshot snapshot = collector_.Collect(clock_.Now());
  ASSERT_EQ(snapshot.shards.size(), 2u);
  EXPECT_EQ(snapshot.shards[0].sessions, 3);
  EXPECT_EQ(snapshot.shards[1].sessions, 4);
  EXPECT_EQ(snapshot.total.sessions, 7);
  EXPECT_EQ(snapshot.total.closed[CloseReason::kSlowConsumer], 7u);
  EXPECT_EQ(snapshot.total.closed[CloseReason::kKicked], 0u);
  EXPECT_EQ(snapshot.shards[0].broadcast_latency.Minute().max, 1ms);
  EXPECT_EQ(snapshot.total.broadcast_latency.Minute().count, 2u);
  EXPECT_EQ(snapshot.total.broadcast_latency.Minute().max, 9ms);
}

TEST_F(CollectorTest, TheNodesDropsOfReceivedMessagesJoinTheShards) {
  shards_[0].inbound_dropped[InboundDrop::kNoConsumer].Add(10);
  node_.InboundDropped(InboundDrop::kNoConsumer);
  node_.InboundDropped(InboundDrop::kConsumerGone, 5);
  const StatsSnapshot snapshot = collector_.Collect(clock_.Now());
  EXPECT_EQ(snapshot.total.inbound_dropped[InboundDrop::kNoConsumer], 11u);
  EXPECT_EQ(snapshot.total.inbound_dropped[InboundDrop::kConsumerGone], 5u);
  EXPECT_EQ(snapshot.shards[0].inbound_dropped[InboundDrop::kNoConsumer], 10u);
}

TEST_F(CollectorTest, NamesTheNodeAndMeasuresTheProcess) {
  const StatsSnapshot snapshot = collector_.Collect();
  EXPECT_EQ(snapshot.node_id, "node-a");
  EXPECT_EQ(snapshot.version, WSGATE_VERSION);
  const std::chrono::microseconds age(WallMicros() - snapshot.start_time_us);
  EXPECT_GE(age, -20ms) << "the kernel counts the start in ticks of 10 ms";
  EXPECT_LT(age, 1h);
  EXPECT_GT(snapshot.process.cpu_seconds, 0.0);
  EXPECT_GT(snapshot.process.resident_bytes, 1'000'000u);
  EXPECT_GE(snapshot.process.max_fds, snapshot.process.open_fds);
}

TEST(ProcessStatsTest, CountsDescriptorsExactly) {
  const uint64_t before = ReadProcess().open_fds;
  EXPECT_GE(before, 3u);
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(ReadProcess().open_fds, before + 1);
  close(fd);
  EXPECT_EQ(ReadProcess().open_fds, before);
}

}  // namespace
}  // namespace wsgate
