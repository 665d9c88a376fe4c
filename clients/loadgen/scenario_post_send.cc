// One message to one user over HTTP, to all users in turn: a fixed number of requests in flight, on
// a connection each as clients of HTTP do it, or all on one as a stream would.
#include "clients/loadgen/scenario_post_send.h"

#include <unistd.h>

#include <memory>

#include "clients/loadgen/pacer.h"
#include "clients/loadgen/post_control.h"

namespace wsgate::loadgen {
namespace {

constexpr Duration kDrainTimeout = std::chrono::seconds(30);

// Flow:    scenario → PostLoad → PostControl.
// Owner:   the scenario.
// Threads: the swarm's.
// Bounds:  `calls_in_flight` requests without an answer, spread evenly over `connections`.
class PostLoad {
 public:
  PostLoad(const Options& options, Swarm& swarm, uint32_t connections)
      : users_(options.sessions),
        depth_(options.calls_in_flight / connections),
        swarm_(swarm),
        text_(options.message_bytes, 'x'),
        connections_(connections) {
    for (Connection& connection : connections_) {
      connection.control = std::make_unique<PostControl>(options, swarm);
    }
  }

  // Replaces each answered request by a new one until `time` is over.
  void RunFor(Duration time) {
    const Time end = SteadyNow() + time;
    const auto over = [&] {
      for (Connection& connection : connections_) Refill(connection);
      return SteadyNow() >= end;
    };
    while (!over()) swarm_.RunUntil(over, end - SteadyNow());
  }

  // Sends no more; returns when all are answered and have arrived.
  void Drain() {
    const auto whole = [&] {
      return answered() == started_ && swarm_.counters().messages >= started_;
    };
    if (!swarm_.RunUntil(whole, kDrainTimeout)) Die("a send was not answered or did not arrive");
    RequireWhole(swarm_, started_);
  }

  uint64_t answered() const {
    uint64_t sum = 0;
    for (const Connection& connection : connections_) sum += connection.control->answered();
    return sum;
  }

 private:
  struct Connection {
    std::unique_ptr<PostControl> control;
    uint64_t started = 0;
  };

  void Refill(Connection& connection) {
    const uint64_t open = connection.started - connection.control->answered();
    const auto room = static_cast<uint32_t>(depth_ - open);
    if (room == 0) return;
    connection.control->StartSends(text_, started_, room, users_);
    connection.started += room;
    started_ += room;
  }

  const uint32_t users_;
  const uint32_t depth_;  // Requests in flight on each connection.
  Swarm& swarm_;
  const std::string text_;
  std::vector<Connection> connections_;
  uint64_t started_ = 0;
};

Json Run(const Options& options, const char* scenario, uint32_t connections) {
  Swarm swarm(options);
  PostLoad load(options, swarm, connections);
  Pacer pacer(options, swarm);
  ConnectAll(swarm, options.sessions);
  std::vector<double> rates;
  CpuSample server;
  CpuSample client;
  double calls = 0;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    pacer.Wait();
    load.RunFor(Seconds(options.settle_seconds));
    const CpuSample before = ReadCpu(options.server_pid);
    const CpuSample client_before = ReadCpu(getpid());
    const uint64_t answered_before = load.answered();
    const Time start = SteadyNow();
    load.RunFor(Seconds(options.seconds));
    const double seconds = Microseconds(SteadyNow() - start) / 1e6;
    const auto answered = static_cast<double>(load.answered() - answered_before);
    server += ReadCpu(options.server_pid) - before;
    client += ReadCpu(getpid()) - client_before;
    load.Drain();
    calls += answered;
    rates.push_back(answered / seconds);
  }
  const double seconds = options.seconds * options.rounds;
  return {{"scenario", scenario},
          {"users", options.sessions},
          {"calls_in_flight", options.calls_in_flight},
          {"connections", connections},
          {"message_bytes", options.message_bytes},
          {"calls_per_second", Median(rates)},
          {"server_cpu_us_per_call", CpuPer(server, calls)},
          {"server_cores", static_cast<double>(server.process_ns) / 1e9 / seconds},
          {"client_cores", static_cast<double>(client.process_ns) / 1e9 / seconds},
          {"rounds", rates}};
}

}  // namespace

Json RunPostSend(const Options& options) {
  return Run(options, "send-to-user", options.calls_in_flight);
}

Json RunPostStream(const Options& options) {
  return Run(options, "send-stream", 1);
}

}  // namespace wsgate::loadgen
