#include "gateway/metrics/prometheus.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "gateway/metrics/metric_table.h"

namespace wsgate {
namespace {

using namespace std::chrono_literals;

// What a scraper understands of the text.
struct Scrape {
  std::map<std::string, double> samples;  // By name with labels, as written.
  std::set<std::string> help;
  std::map<std::string, std::string> types;
};

Scrape Parse(const std::string& text) {
  static const std::regex sample(
      R"(([a-z_]+(?:\{[a-z_]+="[^"\\]*"(?:,[a-z_]+="[^"\\]*")*\})?) ([0-9.e+-]+|\+Inf|NaN))");
  static const std::regex comment(R"(# (HELP|TYPE) ([a-z_]+) (.+))");
  Scrape scrape;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, comment)) {
      if (match[1] == "HELP") {
        scrape.help.insert(match[2]);
      } else {
        scrape.types[match[2]] = match[3];
      }
    } else if (std::regex_match(line, match, sample)) {
      const bool fresh =
          scrape.samples.emplace(match[1], std::strtod(match[2].str().c_str(), nullptr)).second;
      EXPECT_TRUE(fresh) << "twice: " << line;
    } else {
      ADD_FAILURE() << "not in the text format: " << line;
    }
  }
  return scrape;
}

class PrometheusTest : public testing::Test {
 protected:
  Scrape Now() { return Parse(PrometheusText(collector_.Collect(clock_.Now()))); }

  ManualClock clock_;
  std::unique_ptr<ShardStats> shard_ = std::make_unique<ShardStats>();
  NodeStats node_;
  Collector collector_{{shard_.get()}, &node_, "node-a"};
};

TEST_F(PrometheusTest, EveryMetricHasHelpAndType) {
  const Scrape scrape = Now();
  for (const Metric& metric : Metrics()) {
    const std::string name(metric.name);
    EXPECT_TRUE(scrape.help.contains(name)) << name;
    ASSERT_TRUE(scrape.types.contains(name)) << name;
    const std::string type = metric.type == MetricType::kCounter ? "counter"
                             : metric.type == MetricType::kGauge ? "gauge"
                                                                 : "histogram";
    EXPECT_EQ(scrape.types.at(name), type) << name;
  }
}

TEST_F(PrometheusTest, KnownSeriesAreThereAtZero) {
  const Scrape scrape = Now();
  for (const char* series :
       {"wsgate_sessions", "wsgate_users", "wsgate_handshakes", "wsgate_queued_bytes",
        "wsgate_sessions_accepted_total", "wsgate_sessions_refused_total{reason=\"node_full\"}",
        "wsgate_sessions_closed_total{reason=\"slow_consumer\",code=\"4002\"}",
        "wsgate_messages_received_total{type=\"binary\"}", "wsgate_messages_sent_total",
        "wsgate_messages_dropped_total{reason=\"queue_full\"}",
        "wsgate_received_dropped_total{reason=\"no_consumer\"}",
        "wsgate_queue_dropped_messages_total", "wsgate_config_reloads_total{result=\"error\"}",
        "wsgate_grpc_server_handled_total{method=\"Broadcast\",code=\"RESOURCE_EXHAUSTED\"}",
        "wsgate_broadcast_latency_seconds_count", "wsgate_drain_state"}) {
    ASSERT_TRUE(scrape.samples.contains(series)) << series;
    EXPECT_EQ(scrape.samples.at(series), 0) << series;
  }
  EXPECT_EQ(scrape.samples.at("wsgate_build_info{version=\"" WSGATE_VERSION "\"}"), 1);
  EXPECT_GT(scrape.samples.at("process_resident_memory_bytes"), 0);
}

TEST_F(PrometheusTest, ShowsWhatWasCounted) {
  shard_->sessions.Set(19'000);
  shard_->refused[RefuseCause::kUserFull].Add(3);
  shard_->messages_received[PayloadKind::kText].Add(12'345'678'901);
  node_.RpcHandled(ControlRpc::kSendToUser, 0);
  node_.SetDrainStep(DrainStep::kReleasing);
  const Scrape scrape = Now();
  EXPECT_EQ(scrape.samples.at("wsgate_sessions"), 19'000);
  EXPECT_EQ(scrape.samples.at("wsgate_sessions_refused_total{reason=\"user_full\"}"), 3);
  EXPECT_EQ(scrape.samples.at("wsgate_messages_received_total{type=\"text\"}"), 12'345'678'901.0)
      << "large counters are not rounded";
  EXPECT_EQ(
      scrape.samples.at("wsgate_grpc_server_handled_total{method=\"SendToUser\",code=\"OK\"}"), 1);
  EXPECT_EQ(scrape.samples.at("wsgate_drain_state"), 3);
}

TEST_F(PrometheusTest, HistogramsAreCumulativeAndExactAtTheirEdges) {
  for (const Duration latency : {1ms - 1ns, 1ms + 0ns, 1ms + 1ns, 30s + 0ns}) {
    shard_->broadcast_latency.Record(latency, clock_.Now());
  }
  clock_.Advance(1h);  // The last minute is empty, the counters are not.
  const Scrape scrape = Now();
  const auto bucket = [&](const std::string& le) {
    return scrape.samples.at("wsgate_broadcast_latency_seconds_bucket{le=\"" + le + "\"}");
  };
  EXPECT_EQ(bucket("0.0005"), 0);
  EXPECT_EQ(bucket("0.001"), 2) << "an edge belongs to the bucket that it ends";
  EXPECT_EQ(bucket("0.0025"), 3);
  EXPECT_EQ(bucket("10"), 3);
  EXPECT_EQ(bucket("+Inf"), 4);
  EXPECT_EQ(scrape.samples.at("wsgate_broadcast_latency_seconds_count"), 4);
  EXPECT_NEAR(scrape.samples.at("wsgate_broadcast_latency_seconds_sum"), 30.003, 1e-9);
}

}  // namespace
}  // namespace wsgate
