// Sessions that do nothing: what they cost in memory and in CPU.
#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {
Json RunIdleMemory(const Options& options) {
  if (options.steps.size() < 2) Die("a slope needs at least two --steps");
  Swarm swarm(options);
  std::vector<MemoryPoint> points;
  Json steps = Json::array();
  const MemorySample empty = ReadMemory(options.server_pid);
  uint32_t open = 0;
  for (const uint32_t sessions : options.steps) {
    ConnectAll(swarm, sessions - open);
    open = sessions;
    swarm.RunFor(Seconds(options.settle_seconds));
    const MemorySample memory = ReadMemory(options.server_pid);
    points.push_back({static_cast<double>(sessions), static_cast<double>(memory.anonymous_bytes)});
    steps.push_back({{"sessions", sessions},
                     {"anonymous_bytes", memory.anonymous_bytes},
                     {"resident_bytes", memory.resident_bytes},
                     {"proportional_bytes", memory.proportional_bytes}});
  }
  RequireWhole(swarm, 0);
  return {{"scenario", "idle-memory"},
          {"empty_anonymous_bytes", empty.anonymous_bytes},
          {"steps", steps},
          {"bytes_per_session", Slope(points)}};
}

Json RunIdleCpu(const Options& options) {
  Swarm swarm(options);
  ConnectAll(swarm, options.sessions);
  swarm.RunFor(Seconds(options.settle_seconds));
  const uint64_t pings_before = swarm.counters().pings;
  const CpuSample before = ReadCpu(options.server_pid);
  const Time start = SteadyNow();
  swarm.RunFor(Seconds(options.seconds));
  const double seconds = Microseconds(SteadyNow() - start) / 1e6;
  const CpuSample used = ReadCpu(options.server_pid) - before;
  const double pings = static_cast<double>(swarm.counters().pings - pings_before);
  RequireWhole(swarm, 0);
  return {{"scenario", "idle-cpu"},
          {"sessions", options.sessions},
          {"seconds", seconds},
          {"pings_per_session", pings / options.sessions},
          {"cpu_us_per_second_and_session", CpuPer(used, options.sessions * seconds)}};
}

}  // namespace wsgate::loadgen
