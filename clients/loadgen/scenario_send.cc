// One message to one user: how many a second, and how fast beneath a broadcast.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <stop_token>
#include <thread>

#include "clients/loadgen/grpc_control.h"
#include "clients/loadgen/pacer.h"
#include "clients/loadgen/scenario.h"
#include "clients/loadgen/scenario_post_send.h"
#include "clients/loadgen/user_load.h"

namespace wsgate::loadgen {
namespace {

constexpr Duration kDrainTimeout = std::chrono::seconds(10);

Json LatencyJson(std::vector<uint64_t> ns) {
  if (ns.empty()) Die("no call was answered");
  std::sort(ns.begin(), ns.end());
  const auto us = [&](double share) { return static_cast<double>(Percentile(ns, share)) / 1000; };
  return {
      {"count", ns.size()}, {"p50", us(0.5)}, {"p90", us(0.9)}, {"p99", us(0.99)}, {"max", us(1)}};
}

}  // namespace

Json RunSendToUser(const Options& options) {
  if (options.control_kind == "post") return RunPostSend(options);
  Swarm swarm(options);
  GrpcControl control(options, swarm);
  Pacer pacer(options, swarm);
  ConnectAll(swarm, options.sessions);
  std::vector<double> rates;
  std::vector<uint64_t> latencies;
  CpuSample server;
  CpuSample client;
  double calls = 0;
  uint64_t sent = 0;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    pacer.Wait();
    UserLoad load(control.stub(), options.sessions, options.calls_in_flight,
                  std::string(options.message_bytes, 'x'));
    load.Start();
    swarm.RunFor(Seconds(options.settle_seconds));
    const CpuSample server_before = ReadCpu(options.server_pid);
    const CpuSample client_before = ReadCpu(getpid());
    const uint64_t calls_before = load.completed();
    const Time start = SteadyNow();
    swarm.RunFor(Seconds(options.seconds));
    const double seconds = Microseconds(SteadyNow() - start) / 1e6;
    const auto calls_now = static_cast<double>(load.completed() - calls_before);
    server += ReadCpu(options.server_pid) - server_before;
    client += ReadCpu(getpid()) - client_before;
    load.Stop();
    if (load.failed() > 0) Die(std::to_string(load.failed()) + " calls failed or reached nobody");
    calls += calls_now;
    rates.push_back(calls_now / seconds);
    sent += load.completed();
    const std::vector<uint64_t> all = load.Latencies();
    latencies.insert(latencies.end(), all.begin(), all.end());
    swarm.RunUntil([&] { return swarm.counters().messages >= sent; }, kDrainTimeout);
    RequireWhole(swarm, sent);
  }
  const double seconds = options.seconds * options.rounds;
  return {{"scenario", "send-to-user"},
          {"users", options.sessions},
          {"calls_in_flight", options.calls_in_flight},
          {"message_bytes", options.message_bytes},
          {"calls_per_second", Median(rates)},
          {"server_cpu_us_per_call", CpuPer(server, calls)},
          {"server_cores", static_cast<double>(server.process_ns) / 1e9 / seconds},
          {"client_cores", static_cast<double>(client.process_ns) / 1e9 / seconds},
          {"latency_us", LatencyJson(std::move(latencies))},
          {"rounds", rates}};
}

namespace {

// Sends to one user after the other at a fixed rate, from a thread of its own: an answer that is
// late delays no other call, and the thread that reads all sessions does not stand in the way.
class SteadySender {
 public:
  SteadySender(const Options& options, GrpcControl& control)
      : thread_(
            [&options, &control](const std::stop_token& stop) { Run(stop, options, control); }) {}

 private:
  static void Run(const std::stop_token& stop, const Options& options, GrpcControl& control) {
    const std::string text(options.message_bytes, 'x');
    const Duration interval = Seconds(1 / options.calls_per_second);
    Time next = SteadyNow();
    for (uint64_t sent = 0; !stop.stop_requested(); ++sent) {
      control.StartSend("u" + std::to_string(sent * 7919 % options.sessions), text);
      next += interval;
      std::this_thread::sleep_until(next);
    }
  }

  std::jthread thread_;
};

}  // namespace

Json RunSendUnderBroadcast(const Options& options) {
  Swarm swarm(options);
  GrpcControl control(options, swarm);
  const std::string text(options.message_bytes, 'x');
  ConnectAll(swarm, options.sessions);
  std::optional<SteadySender> sender(std::in_place, options, control);
  swarm.RunFor(Seconds(options.settle_seconds));
  control.TakeLatencies();  // Those before the first broadcast.
  // Reading 19,000 messages keeps this thread busy; it steps back behind gRPC's threads and the
  // sender, so that what is measured is the server.
  setpriority(PRIO_PROCESS, 0, 19);
  const Time start = SteadyNow();
  uint64_t broadcasts = 0;
  const auto arrived = [&] {
    return control.answered() == broadcasts &&
           swarm.counters().messages >= broadcasts * options.sessions + control.sends_answered();
  };
  for (; SteadyNow() < start + Seconds(options.seconds); ++broadcasts) {
    if (!swarm.RunUntil(arrived, kDrainTimeout)) Die("a broadcast did not arrive everywhere");
    control.StartBroadcasts(text, 1);
  }
  const double seconds = Microseconds(SteadyNow() - start) / 1e6;
  std::vector<uint64_t> latencies = control.TakeLatencies();
  sender.reset();
  const auto whole = [&] {
    return control.sends_answered() == control.sends_started() && arrived();
  };
  if (!swarm.RunUntil(whole, kDrainTimeout)) Die("a send was not answered or did not arrive");
  const uint64_t messages = broadcasts * options.sessions + control.sends_started();
  RequireWhole(swarm, messages);
  return {{"scenario", "send-under-broadcast"},
          {"sessions", options.sessions},
          {"seconds", seconds},
          {"broadcasts", broadcasts},
          {"messages_per_second", static_cast<double>(broadcasts * options.sessions) / seconds},
          {"latency_us", LatencyJson(std::move(latencies))}};
}

}  // namespace wsgate::loadgen
