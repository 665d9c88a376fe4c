#include "gateway/metrics/prometheus.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <utility>
#include <vector>

#include "gateway/metrics/metric_table.h"

namespace wsgate {
namespace {

prometheus::MetricType TypeOf(const Metric& metric) {
  switch (metric.type) {
    case MetricType::kCounter:
      return prometheus::MetricType::Counter;
    case MetricType::kGauge:
      return prometheus::MetricType::Gauge;
    case MetricType::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram HistogramOf(const LatencyCounts& counts,
                                                std::span<const Duration> bounds) {
  prometheus::ClientMetric::Histogram histogram;
  uint64_t seen = 0;
  size_t bucket = 0;
  for (const Duration bound : bounds) {
    while (bucket < kLatencyBuckets && LatencyBucketEnd(bucket) <= bound) {
      seen += counts.total[bucket++];
    }
    histogram.bucket.push_back({seen, std::chrono::duration<double>(bound).count()});
  }
  histogram.sample_count = counts.TotalCount();
  histogram.sample_sum = static_cast<double>(counts.total_ns) / 1e9;
  histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
  return histogram;
}

prometheus::ClientMetric SeriesOf(const Metric& metric, size_t cell,
                                  const StatsSnapshot& snapshot) {
  prometheus::ClientMetric series;
  for (const MetricLabel& label : metric.labels) {
    if (!label.name.empty()) series.label.push_back({std::string(label.name), label.value(cell)});
  }
  switch (metric.type) {
    case MetricType::kCounter:
      series.counter.value = metric.value(snapshot, cell);
      break;
    case MetricType::kGauge:
      series.gauge.value = metric.value(snapshot, cell);
      break;
    case MetricType::kHistogram:
      series.histogram = HistogramOf(metric.latency(snapshot), metric.bounds);
      break;
  }
  return series;
}

}  // namespace

std::string PrometheusText(const StatsSnapshot& snapshot) {
  std::vector<prometheus::MetricFamily> families;
  families.reserve(Metrics().size());
  for (const Metric& metric : Metrics()) {
    prometheus::MetricFamily family;
    family.name = metric.name;
    family.help = metric.help;
    family.type = TypeOf(metric);
    for (size_t cell = 0; cell < metric.cells; ++cell) {
      family.metric.push_back(SeriesOf(metric, cell, snapshot));
    }
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace wsgate
