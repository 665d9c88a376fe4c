#include "gateway/metrics/metric_table.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>
#include <vector>

namespace wsgate {
namespace {

// The value of every time series, in the table's order.
std::vector<double> AllSeries(const StatsSnapshot& snapshot) {
  std::vector<double> series;
  for (const Metric& metric : Metrics()) {
    for (size_t cell = 0; cell < metric.cells; ++cell) {
      series.push_back(metric.latency ? static_cast<double>(metric.latency(snapshot).total_ns)
                                      : metric.value(snapshot, cell));
    }
  }
  return series;
}

// How many series change when `cell`, some number inside `snapshot`, does.
template <class Cell>
int SeriesThatShow(StatsSnapshot& snapshot, Cell& cell) {
  const std::vector<double> before = AllSeries(snapshot);
  if constexpr (requires { cell.total_ns; }) {
    ++cell.total_ns;
  } else {
    ++cell;
  }
  const std::vector<double> after = AllSeries(snapshot);
  int changed = 0;
  for (size_t i = 0; i < before.size(); ++i) changed += before[i] != after[i];
  return changed;
}

TEST(MetricTableTest, EveryCellOfAShardIsShownOnce) {
  StatsSnapshot snapshot;
  int number = 0;
  ForEachField(snapshot.total, snapshot.total, [&](auto& cell, auto&) {
    EXPECT_EQ(SeriesThatShow(snapshot, cell), 1) << "cell number " << number;
    ++number;
  });
}

TEST(MetricTableTest, EveryCellOfTheNodeAndTheProcessIsShownOnce) {
  StatsSnapshot snapshot;
  const auto expect_once = [&](auto& cells) {
    for (auto& cell : cells) EXPECT_EQ(SeriesThatShow(snapshot, cell), 1);
  };
  expect_once(snapshot.node.config_reloads);
  expect_once(snapshot.node.rpcs_started);
  for (auto& codes : snapshot.node.rpcs_handled) expect_once(codes);
  EXPECT_EQ(SeriesThatShow(snapshot, snapshot.node.rpc_streams), 1);
  EXPECT_EQ(SeriesThatShow(snapshot, snapshot.node.drain_step), 1);
  EXPECT_EQ(SeriesThatShow(snapshot, snapshot.process.cpu_seconds), 1);
  EXPECT_EQ(SeriesThatShow(snapshot, snapshot.process.resident_bytes), 1);
  EXPECT_EQ(SeriesThatShow(snapshot, snapshot.process.open_fds), 1);
  EXPECT_EQ(SeriesThatShow(snapshot, snapshot.process.max_fds), 1);
  EXPECT_EQ(SeriesThatShow(snapshot, snapshot.start_time_us), 1);
  for (uint64_t& cell : snapshot.node.inbound_dropped) {
    EXPECT_EQ(SeriesThatShow(snapshot, cell), 0) << "the collector has added it to the shards'";
  }
}

TEST(MetricTableTest, NamesFollowTheConventions) {
  std::set<std::string_view> names;
  for (const Metric& metric : Metrics()) {
    const std::string_view name = metric.name;
    EXPECT_TRUE(names.insert(name).second) << name << " stands twice";
    EXPECT_TRUE(name.starts_with("wsgate_") || name.starts_with("process_")) << name;
    for (const char c : name) EXPECT_TRUE(std::islower(c) || c == '_') << name;
    EXPECT_EQ(name.ends_with("_total"), metric.type == MetricType::kCounter) << name;
    EXPECT_TRUE(metric.help.ends_with(".")) << name;
    EXPECT_EQ(metric.help.find('|'), std::string_view::npos) << name << ": the page is a table";
    EXPECT_TRUE(metric.type != MetricType::kHistogram || name.ends_with("_seconds")) << name;
    EXPECT_EQ(metric.latency != nullptr, metric.type == MetricType::kHistogram) << name;
    EXPECT_NE(metric.latency != nullptr, metric.value != nullptr) << name;
  }
}

TEST(MetricTableTest, NoTwoCellsOfAMetricHaveTheSameLabels) {
  for (const Metric& metric : Metrics()) {
    std::set<std::string> seen;
    for (size_t cell = 0; cell < metric.cells; ++cell) {
      std::string labels;
      for (const MetricLabel& label : metric.labels) {
        if (label.name.empty()) continue;
        ASSERT_FALSE(label.value(cell).empty()) << metric.name;
        labels += label.value(cell) + ",";
      }
      EXPECT_TRUE(seen.insert(labels).second) << metric.name << " " << labels;
    }
  }
}

TEST(MetricTableTest, BoundsRiseAndAreEdgesOfTheHistogram) {
  for (const Metric& metric : Metrics()) {
    EXPECT_EQ(metric.bounds.empty(), metric.type != MetricType::kHistogram) << metric.name;
    Duration last{0};
    for (const Duration bound : metric.bounds) {
      EXPECT_GT(bound, last) << metric.name;
      EXPECT_EQ(LatencyBucketEnd(LatencyBucketOf(bound)), bound) << metric.name;
      last = bound;
    }
  }
}

}  // namespace
}  // namespace wsgate
