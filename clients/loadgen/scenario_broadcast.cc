// One message to many sessions, once or in bursts.
#include "clients/loadgen/control.h"
#include "clients/loadgen/pacer.h"
#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {
namespace {

constexpr Duration kRoundTimeout = std::chrono::seconds(120);

// Starts `count` broadcasts at once; returns when all are answered and have arrived everywhere. The
// result is the time from the start to the last message.
Duration Round(const Options& options, Swarm& swarm, Control& control, uint32_t count) {
  const std::string text = Payload(options);
  const uint64_t answers = control.answered() + count;
  const uint64_t messages = swarm.counters().messages + count * swarm.counters().opened;
  const Time start = SteadyNow();
  control.StartBroadcasts(text, count);
  const auto done = [&] {
    return swarm.counters().messages >= messages && control.answered() >= answers;
  };
  const bool whole =
      options.spin ? swarm.SpinUntil(done, kRoundTimeout) : swarm.RunUntil(done, kRoundTimeout);
  if (!whole) Die("a broadcast was not answered or did not arrive everywhere");
  return swarm.counters().last_message - start;
}

Json RunRounds(const Options& options, const char* scenario, uint32_t count) {
  Swarm swarm(options);
  const std::unique_ptr<Control> control = MakeControl(options, swarm);
  ConnectAll(swarm, options.sessions);
  swarm.RunFor(Seconds(options.settle_seconds));
  Round(options, swarm, *control, count);  // Warms caches and buffers up on both sides.
  std::vector<double> last_ms;
  std::vector<double> cpu_us;
  Pacer pacer(options, swarm);
  const double of_a_round = double{1} * count * options.sessions;
  const CpuSample before = ReadCpu(options.server_pid);
  for (uint32_t round = 0; round < options.rounds; ++round) {
    pacer.Wait();
    const uint64_t before_ns = ReadProcessCpuNs(options.server_pid);
    last_ms.push_back(Microseconds(Round(options, swarm, *control, count)) / 1000);
    const uint64_t used_ns = ReadProcessCpuNs(options.server_pid) - before_ns;
    cpu_us.push_back(static_cast<double>(used_ns) / 1000 / of_a_round);
  }
  const CpuSample used = ReadCpu(options.server_pid) - before;
  RequireWhole(swarm, uint64_t{1} * (options.rounds + 1) * count * options.sessions);
  return {{"scenario", scenario},
          {"sessions", options.sessions},
          {"message_bytes", options.message_bytes},
          {"at_once", count},
          {"queued", control->queued()},
          {"messages", swarm.counters().messages},
          {"cpu_us_per_message", CpuPer(used, of_a_round * options.rounds)},
          {"last_arrival_ms", Median(last_ms)},
          {"rounds", cpu_us}};
}

}  // namespace

Json RunBroadcast(const Options& options) {
  return RunRounds(options, "broadcast", 1);
}

Json RunBurst(const Options& options) {
  return RunRounds(options, "burst", options.burst);
}

Json RunTable(const Options& options) {
  Swarm swarm(options);
  const std::unique_ptr<Control> control = MakeControl(options, swarm);
  const MemorySample empty = ReadMemory(options.server_pid);
  Json rows = Json::array();
  uint32_t open = 0;
  for (const uint32_t sessions : options.steps) {
    ConnectAll(swarm, sessions - open);
    open = sessions;
    swarm.RunFor(Seconds(options.settle_seconds));
    Round(options, swarm, *control, 1);
    std::vector<double> last_ms;
    for (uint32_t round = 0; round < options.rounds; ++round) {
      last_ms.push_back(Microseconds(Round(options, swarm, *control, 1)) / 1000);
    }
    const MemorySample memory = ReadMemory(options.server_pid);
    rows.push_back({{"sessions", sessions},
                    {"anonymous_bytes", memory.anonymous_bytes},
                    {"resident_bytes", memory.resident_bytes},
                    {"last_arrival_ms", Median(last_ms)}});
  }
  if (swarm.counters().ended > 0) Die("sessions ended while measuring");
  return {{"scenario", "table"}, {"empty_anonymous_bytes", empty.anonymous_bytes}, {"rows", rows}};
}

}  // namespace wsgate::loadgen
