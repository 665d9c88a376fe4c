// Many messages on one stream: how many a second.
#include <unistd.h>

#include "clients/loadgen/grpc_control.h"
#include "clients/loadgen/pacer.h"
#include "clients/loadgen/scenario.h"
#include "clients/loadgen/scenario_post_send.h"
#include "clients/loadgen/stream_load.h"

namespace wsgate::loadgen {
namespace {

constexpr Duration kDrainTimeout = std::chrono::seconds(10);

}  // namespace

Json RunSendStream(const Options& options) {
  if (options.control_kind == "post") return RunPostStream(options);
  Swarm swarm(options);
  GrpcControl control(options, swarm);
  Pacer pacer(options, swarm);
  ConnectAll(swarm, options.sessions);
  const StreamLoad::Users users{.first = options.offline ? options.sessions : 0,
                                .count = options.sessions,
                                .online = !options.offline};
  std::vector<double> rates;
  CpuSample server;
  CpuSample client;
  double items = 0;
  double batches = 0;
  uint64_t sent = 0;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    pacer.Wait();
    StreamLoad load(control.stub(), users, options.calls_in_flight,
                    std::string(options.message_bytes, 'x'));
    load.Start();
    swarm.RunFor(Seconds(options.settle_seconds));
    const CpuSample server_before = ReadCpu(options.server_pid);
    const CpuSample client_before = ReadCpu(getpid());
    const StreamLoad::Answers before = load.answers();
    const Time start = SteadyNow();
    swarm.RunFor(Seconds(options.seconds));
    const double seconds = Microseconds(SteadyNow() - start) / 1e6;
    const StreamLoad::Answers after = load.answers();
    server += ReadCpu(options.server_pid) - server_before;
    client += ReadCpu(getpid()) - client_before;
    load.Stop();
    const StreamLoad::Answers all = load.answers();
    if (all.bad > 0) Die(std::to_string(all.bad) + " items failed or found the wrong users");
    const auto items_now = static_cast<double>(after.good - before.good);
    items += items_now;
    batches += static_cast<double>(after.batches - before.batches);
    rates.push_back(items_now / seconds);
    if (options.offline) continue;
    sent += all.good;
    swarm.RunUntil([&] { return swarm.counters().messages >= sent; }, kDrainTimeout);
    RequireWhole(swarm, sent);
  }
  const double seconds = options.seconds * options.rounds;
  return {{"scenario", "send-stream"},
          {"users", options.sessions},
          {"online", !options.offline},
          {"items_unanswered_max", options.calls_in_flight},
          {"message_bytes", options.message_bytes},
          {"items_per_second", Median(rates)},
          {"items_per_answer", items / batches},
          {"server_cpu_us_per_item", CpuPer(server, items)},
          {"server_cores", static_cast<double>(server.process_ns) / 1e9 / seconds},
          {"client_cores", static_cast<double>(client.process_ns) / 1e9 / seconds},
          {"rounds", rates}};
}

}  // namespace wsgate::loadgen
