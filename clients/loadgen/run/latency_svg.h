// A latency histogram as a picture.
#pragma once

#include <string>
#include <vector>

#include "clients/loadgen/run/latencies.h"

namespace wsgate::loadgen {

struct LatencySeries {
  std::string name;
  const Latencies* latencies;
};

// `1.25 ms`: three digits and the unit that fits.
std::string HumanDuration(Duration duration);

// An SVG document with one panel for each series that has anything: bars over a logarithmic axis of
// time, lines at p50, p99 and p99.9.
std::string LatencySvg(const std::string& title, const std::vector<LatencySeries>& series);

}  // namespace wsgate::loadgen
