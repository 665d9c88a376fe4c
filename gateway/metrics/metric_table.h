// Every metric is one row here: /metrics and docs/metrics.md are made from it.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "gateway/metrics/collector.h"

namespace wsgate {

enum class MetricType { kCounter, kGauge, kHistogram };

struct MetricLabel {
  std::string_view name;                // Empty: no label.
  std::string (*value)(size_t cell){};  // Its value on one of the metric's cells.
};

// A metric has one time series for each cell; all of them exist from the start, at 0.
struct Metric {
  std::string_view name;
  MetricType type = MetricType::kCounter;
  std::string_view help;
  size_t cells = 1;
  std::array<MetricLabel, 2> labels{};
  double (*value)(const StatsSnapshot&, size_t cell){};     // Counters and gauges.
  const LatencyCounts& (*latency)(const StatsSnapshot&){};  // Histograms.
  std::span<const Duration> bounds{};                       // Upper edges of a histogram's buckets.
};

[[nodiscard]] std::span<const Metric> Metrics();

}  // namespace wsgate
