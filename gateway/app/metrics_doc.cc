#include "gateway/app/metrics_doc.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/metrics/metric_table.h"

namespace wsgate {
namespace {

constexpr std::string_view kHead =
    "# Metrics\n"
    "\n"
    "`GET /metrics` on the admin port (`admin.address`, 8081 unless configured) answers in "
    "Prometheus's text format.\n"
    "Counters run since the process started. Every time series below is there from the start, at "
    "0, so `rate()` works\n"
    "from the first event. Figures are those of one node: add them up over instances. `GetStats` "
    "of the control API\n"
    "shows the same figures, with latencies over the last minute.\n"
    "\n"
    "This page is made by `wsgate metrics-doc` from the table in "
    "`gateway/metrics/metric_table.cc`; a test holds it to\n"
    "that table.\n"
    "\n"
    "| metric | type | labels | what it is |\n"
    "| --- | --- | --- | --- |\n";

std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
  }
  return "";
}

std::string Code(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string Joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += between;
    joined += part;
  }
  return joined;
}

// `reason`: `a`, `b`, ... in the order of the cells. A label with one series is a fact, not a
// choice: its name only.
std::string LabelText(const Metric& metric, const MetricLabel& label) {
  if (metric.cells == 1) return Code(label.name);
  std::vector<std::string> values;
  for (size_t cell = 0; cell < metric.cells; ++cell) {
    const std::string value = Code(label.value(cell));
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return Code(label.name) + ": " + Joined(values, ", ");
}

std::string LabelsText(const Metric& metric) {
  std::vector<std::string> labels;
  for (const MetricLabel& label : metric.labels) {
    if (!label.name.empty()) labels.push_back(LabelText(metric, label));
  }
  return Joined(labels, "; ");
}

std::string BoundsText(const Metric& metric) {
  std::vector<std::string> bounds;
  for (const Duration bound : metric.bounds) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(6) << std::chrono::duration<double>(bound).count();
    std::string digits = text.str();
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
    bounds.push_back(std::move(digits));
  }
  return Joined(bounds, ", ");
}

}  // namespace

std::string MetricsDoc() {
  std::string doc(kHead);
  std::string bounds;
  for (const Metric& metric : Metrics()) {
    doc += "| " + Code(metric.name) + " | " + std::string(TypeName(metric.type)) + " | " +
           LabelsText(metric) + " | " + std::string(metric.help) + " |\n";
    if (metric.type != MetricType::kHistogram) continue;
    bounds += "- " + Code(metric.name) + ": " + BoundsText(metric) + "\n";
  }
  return doc + "\nBuckets of the histograms, upper edges in seconds:\n\n" + bounds;
}

}  // namespace wsgate
