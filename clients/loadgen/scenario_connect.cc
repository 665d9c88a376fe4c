#include "clients/loadgen/pacer.h"
#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {
namespace {

// What a server puts off until a connection is open belongs to its cost.
constexpr Duration kAfterRound = std::chrono::milliseconds(20);

}  // namespace

Json RunConnect(const Options& options) {
  Swarm swarm(options);
  Pacer pacer(options, swarm);
  const uint32_t of_a_round = options.sessions / options.rounds;
  if (of_a_round == 0) Die("--sessions must be at least --rounds");
  std::vector<double> cpu_us;
  Duration took{};
  const CpuSample before = ReadCpu(options.server_pid);
  for (uint32_t round = 0; round < options.rounds; ++round) {
    pacer.Wait();
    const uint64_t before_ns = ReadProcessCpuNs(options.server_pid);
    const Time start = SteadyNow();
    ConnectAll(swarm, of_a_round);
    took += SteadyNow() - start;
    swarm.RunFor(kAfterRound);
    const uint64_t used_ns = ReadProcessCpuNs(options.server_pid) - before_ns;
    cpu_us.push_back(static_cast<double>(used_ns) / 1000 / of_a_round);
  }
  const CpuSample used = ReadCpu(options.server_pid) - before;
  RequireWhole(swarm, 0);
  return {{"scenario", "connect"},
          {"sessions", of_a_round * options.rounds},
          {"seconds", Microseconds(took) / 1e6},
          {"cpu_us_per_connection", CpuPer(used, of_a_round * options.rounds)},
          {"rounds", cpu_us}};
}

}  // namespace wsgate::loadgen
