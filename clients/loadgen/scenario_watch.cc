// What those who watch cost those who come.
#include <unistd.h>

#include <optional>
#include <thread>

#include "clients/loadgen/grpc_control.h"
#include "clients/loadgen/pacer.h"
#include "clients/loadgen/scenario.h"
#include "clients/loadgen/watch_load.h"

namespace wsgate::loadgen {
namespace {

constexpr Duration kCatchUpTimeout = std::chrono::seconds(60);

uint64_t ShardNs(const CpuSample& used) {
  uint64_t sum = 0;
  for (const auto& [name, ns] : used.thread_ns) {
    if (name.starts_with("shard")) sum += ns;
  }
  return sum;
}

}  // namespace

Json RunWatch(const Options& options) {
  if (options.connects_per_second <= 0) Die("--connects-per-second must be given");
  Swarm idle(options);
  GrpcControl control(options, idle);
  Pacer pacer(options, idle);
  WatchLoad watchers(control.stub(), options.watchers, options.quiet);
  const auto of_a_round = static_cast<uint32_t>(options.connects_per_second * options.seconds);
  std::vector<double> shard_us;
  CpuSample server;
  CpuSample client;
  uint64_t expected = 0;
  const auto shown = [&] { return watchers.events() == expected; };
  for (uint32_t round = 0; round < options.rounds; ++round) {
    pacer.Wait();
    const CpuSample client_before = ReadCpu(getpid());
    const CpuSample before = ReadCpu(options.server_pid);
    {
      Swarm swarm(options);
      ConnectAll(swarm, of_a_round);
      const CpuSample used = ReadCpu(options.server_pid) - before;
      client += ReadCpu(getpid()) - client_before;
      server += used;
      shard_us.push_back(static_cast<double>(ShardNs(used)) / 1000 / of_a_round);
    }  // Everybody hangs up.
    if (!options.quiet) expected += uint64_t{2} * of_a_round * watchers.streams();
    if (!idle.RunUntil(shown, kCatchUpTimeout)) Die("the watchers were not shown everything");
    idle.RunFor(Seconds(options.settle_seconds));
  }
  const double connections = static_cast<double>(of_a_round) * options.rounds;
  const double seconds = connections / options.connects_per_second;
  return {{"scenario", "watch"},
          {"watchers", options.watchers},
          {"connects_per_second", options.connects_per_second},
          {"sessions", of_a_round},
          {"events_shown", watchers.events()},
          {"cpu_us_per_connection", CpuPer(server, connections)},
          {"server_cores", static_cast<double>(server.process_ns) / 1e9 / seconds},
          {"client_cores", static_cast<double>(client.process_ns) / 1e9 / seconds},
          {"rounds", shard_us}};
}

}  // namespace wsgate::loadgen
