// wsgate-load run ...: sessions and traffic as the command line says, checked, with figures.
// wsgate-load SCENARIO --client HOST:PORT [--control HOST:PORT] --server-pid PID ...: one fixed
// measurement of one running server, for bench/; its figures go to stdout as JSON.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "clients/loadgen/run/run.h"
#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {
namespace {

struct Command {
  const char* name;
  const char* text;
  Json (*run)(const Options&);
};

constexpr Command kCommands[] = {
    {"connect", "CPU for each accepted connection", RunConnect},
    {"idle-memory", "process memory for each idle session (slope over --steps)", RunIdleMemory},
    {"idle-cpu", "CPU a second and session while only pings go on", RunIdleCpu},
    {"broadcast", "CPU for each delivered message of a broadcast", RunBroadcast},
    {"burst", "the same, --burst broadcasts at once", RunBurst},
    {"table", "memory and broadcast time at each of --steps sessions", RunTable},
    {"send-to-user", "SendToUser calls a second", RunSendToUser},
    {"send-stream", "items of one SendStream a second", RunSendStream},
    {"watch", "CPU of shards for each connection, beside --watchers", RunWatch},
    {"send-under-broadcast", "latency of SendToUser while broadcasts run", RunSendUnderBroadcast},
};

void AddOptions(CLI::App& app, Options& options) {
  app.add_option("--client", options.client_address, "WebSocket port, IPV4:PORT")->required();
  app.add_option("--control", options.control_address, "control port, IPV4:PORT");
  app.add_option("--control-kind", options.control_kind, "grpc, or post: HTTP bodies")
      ->check(CLI::IsMember({"grpc", "post"}))
      ->capture_default_str();
  app.add_option("--dialect", options.dialect, "what the server wraps its messages in")
      ->check(CLI::IsMember({"plain", "socket.io", "centrifuge", "pusher"}))
      ->capture_default_str();
  app.add_option("--server-pid", options.server_pid, "process that is measured")->required();
  app.add_option("--sessions", options.sessions, "WebSocket clients")
      ->check(CLI::Range(1u, 1'000'000u))
      ->capture_default_str();
  app.add_option("--connect-in-flight", options.connect_in_flight, "upgrades waiting for a 101")
      ->check(CLI::Range(1u, 4096u))
      ->capture_default_str();
  app.add_option("--connects-per-second", options.connects_per_second, "0: as fast as it goes")
      ->capture_default_str();
  app.add_option("--source-addresses", options.source_addresses, "127.0.0.2 and on")
      ->check(CLI::Range(1u, 200u))
      ->capture_default_str();
  app.add_option("--message-bytes", options.message_bytes, "payload")->capture_default_str();
  app.add_flag("--json", options.json, "the payload is JSON, not one letter again and again");
  app.add_flag("--compression", options.compression, "clients offer permessage-deflate");
  app.add_option("--rounds", options.rounds, "parts of a measurement")
      ->check(CLI::Range(1u, 10'000u))
      ->capture_default_str();
  app.add_flag("--paced", options.paced, "each round waits for a byte on stdin");
  app.add_flag("--spin", options.spin, "never sleep while a broadcast is under way");
  app.add_option("--burst", options.burst, "broadcasts at once")->capture_default_str();
  app.add_option("--calls-in-flight", options.calls_in_flight,
                 "SendToUser calls, or items of SendStream, at once")
      ->check(CLI::Range(1u, 10'000u))
      ->capture_default_str();
  app.add_option("--watchers", options.watchers, "WatchSessions streams")
      ->check(CLI::Range(0u, 256u))
      ->capture_default_str();
  app.add_flag("--quiet", options.quiet, "watchers watch a user who never comes");
  app.add_flag("--offline", options.offline, "SendStream to users who have no session");
  app.add_option("--calls-per-second", options.calls_per_second, "SendToUser beneath broadcasts")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "how long is measured")->capture_default_str();
  app.add_option("--settle", options.settle_seconds, "wait before measuring, in seconds")
      ->capture_default_str();
  app.add_option("--steps", options.steps, "session counts, ascending, comma-separated")
      ->delimiter(',');
}

int Main(int argc, char** argv) {
  CLI::App app("Drives a WebSocket gateway and measures what its process uses.", "wsgate-load");
  app.require_subcommand(1);
  RunOptions run_options;
  CLI::App* const run = app.add_subcommand(
      "run", "sessions and traffic; checks order and loss, prints latencies, CPU and memory");
  run->footer(
      "Ends with 0: everything arrived, once and in order. 1: it did not, or sessions were lost or "
      "refused.\n"
      "2: a flag is wrong, or its file. 3: no gateway answers. Ctrl-C ends the run and prints what "
      "was measured.");
  AddRunOptions(*run, run_options);
  Options options;
  std::vector<std::pair<CLI::App*, const Command*>> subcommands;
  for (const Command& command : kCommands) {
    subcommands.emplace_back(app.add_subcommand(command.name, command.text), &command);
    subcommands.back().first->group("Fixed measurements, as bench/ uses them");
    AddOptions(*subcommands.back().first, options);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitClean : kExitUsage;
  }
  if (run->parsed()) return RunLoad(run_options);
  for (const auto& [subcommand, command] : subcommands) {
    if (!subcommand->parsed()) continue;
    // One line for a program that paces, an indented text for a person.
    std::printf("%s\n", command->run(options).dump(options.paced ? -1 : 2).c_str());
  }
  return 0;
}

}  // namespace
}  // namespace wsgate::loadgen

int main(int argc, char** argv) {
  const int code = wsgate::loadgen::Main(argc, argv);
  std::fflush(nullptr);
  // gRPC's threads tidy up after the last call for a moment longer, and its own static objects must
  // not go under them.
  std::_Exit(code);
}
