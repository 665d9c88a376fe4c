#include "clients/loadgen/scenario.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace wsgate::loadgen {

void Die(const std::string& why) {
  std::fprintf(stderr, "wsgate-load: %s\n", why.c_str());
  std::fflush(stderr);
  std::_Exit(1);  // gRPC's threads may still run: no destructors under them.
}

void ConnectAll(Swarm& swarm, uint32_t count) {
  const uint64_t before = swarm.counters().opened;
  swarm.Connect(count);
  const SwarmCounters& counters = swarm.counters();
  if (counters.opened - before == count) return;
  std::string why = std::to_string(counters.opened - before) + " of " + std::to_string(count) +
                    " sessions got in; " + std::to_string(counters.failed) + " failed";
  for (const auto& [status, times] : counters.refused) {
    why += "; HTTP " + std::to_string(status) + ": " + std::to_string(times);
  }
  Die(why);
}

void RequireWhole(const Swarm& swarm, uint64_t messages) {
  const SwarmCounters& counters = swarm.counters();
  if (counters.ended > 0) Die(std::to_string(counters.ended) + " sessions ended while measuring");
  if (counters.messages != messages) {
    Die(std::to_string(counters.messages) + " messages arrived, not " + std::to_string(messages));
  }
}

std::string Payload(const Options& options) {
  constexpr size_t kEnds = 4;  // [ and "..."] around what fills it up.
  if (!options.json || options.message_bytes < kEnds)
    return std::string(options.message_bytes, 'x');
  // Records as services send them: the same keys, other values.
  std::string text = "[";
  for (uint32_t random = 1;;) {
    random = random * 1664525 + 1013904223;
    char record[160];
    const int bytes = std::snprintf(
        record, sizeof record,
        "{\"id\":%u,\"user\":\"user-%05u\",\"price\":%u.%02u,\"side\":\"%s\"},", random,
        random % 99'991, random % 4'999, random % 97, random % 3 == 0 ? "buy" : "sell");
    if (text.size() + static_cast<size_t>(bytes) + kEnds > options.message_bytes) break;
    text += record;
  }
  text += '"';
  text.append(options.message_bytes - text.size() - 2, 'x');
  return text + "\"]";
}

Duration Seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

double Microseconds(Duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

uint64_t Percentile(const std::vector<uint64_t>& sorted, double share) {
  const auto rank = static_cast<size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(rank, sorted.size() - 1)];
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Slope(const std::vector<MemoryPoint>& points) {
  double mean_sessions = 0;
  double mean_bytes = 0;
  for (const MemoryPoint& point : points) {
    mean_sessions += point.sessions / static_cast<double>(points.size());
    mean_bytes += point.bytes / static_cast<double>(points.size());
  }
  double covariance = 0;
  double variance = 0;
  for (const MemoryPoint& point : points) {
    covariance += (point.sessions - mean_sessions) * (point.bytes - mean_bytes);
    variance += (point.sessions - mean_sessions) * (point.sessions - mean_sessions);
  }
  return covariance / variance;
}

Json CpuPer(const CpuSample& used, double count) {
  Json threads = Json::object();
  for (const auto& [name, ns] : used.thread_ns)
    threads[name] = static_cast<double>(ns) / 1000 / count;
  return {{"process", static_cast<double>(used.process_ns) / 1000 / count}, {"threads", threads}};
}

}  // namespace wsgate::loadgen
