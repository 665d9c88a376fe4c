// A snapshot in Prometheus's text format.
#pragma once

#include <string>
#include <string_view>

#include "gateway/metrics/collector.h"

namespace wsgate {

inline constexpr std::string_view kPrometheusContentType =
    "text/plain; version=0.0.4; charset=utf-8";

// Every metric of the table with its HELP and TYPE, in the table's order.
[[nodiscard]] std::string PrometheusText(const StatsSnapshot& snapshot);

}  // namespace wsgate
