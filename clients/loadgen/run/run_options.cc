#include "clients/loadgen/run/run_options.h"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>

#include "clients/loadgen/run/stamp.h"
#include "clients/loadgen/scenario.h"
#include "gateway/config/strings.h"

namespace wsgate::loadgen {
namespace {

constexpr uint32_t kProcessesMax = 64;
constexpr uint32_t kReservedFiles = 64;       // Of a process that holds sessions.
constexpr uint32_t kPortsOfAddress = 28'000;  // What Linux gives out, 32768 to 60999.
constexpr size_t kSubprotocolBytesMax = 64;
constexpr double kRateMax = 1'000'000;
constexpr double kDurationMax = 24 * 3600;

CLI::Option* AddSeconds(CLI::App& app, const std::string& name, double& value,
                        const std::string& text) {
  const std::map<std::string, double> units = {{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}};
  return app.add_option(name, value, text)
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::CASE_SENSITIVE, "TIME"))
      ->check(CLI::Range(0.001, kDurationMax))
      ->capture_default_str();
}

CLI::Option* AddRate(CLI::App& app, const std::string& name, double& value,
                     const std::string& text) {
  return app.add_option(name, value, text)->check(CLI::Range(0.0, kRateMax))->capture_default_str();
}

bool IsAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  in_addr parsed{};
  if (colon == std::string::npos ||
      inet_pton(AF_INET, text.substr(0, colon).c_str(), &parsed) != 1) {
    return false;
  }
  uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto number = std::from_chars(text.data() + colon + 1, end, port);
  return number.ec == std::errc() && number.ptr == end && port > 0;
}

std::string ReadReadyFile(RunOptions& options) {
  std::ifstream file(options.ready_file);
  const auto content = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!content.is_object() || !content.contains("client") || !content.contains("control")) {
    return "--ready-file " + options.ready_file +
           " is not there or not a gateway's: start the gateway with `--ready-file` and the same "
           "path, or name --client-address and --control-address";
  }
  if (options.client_address.empty()) options.client_address = content["client"];
  if (options.control_address.empty()) options.control_address = content["control"];
  return "";
}

std::string CheckAddresses(RunOptions& options) {
  if (!options.ready_file.empty()) {
    if (std::string wrong = ReadReadyFile(options); !wrong.empty()) return wrong;
  }
  if (options.client_address.empty()) options.client_address = "127.0.0.1:8080";
  if (options.control_address.empty()) options.control_address = "127.0.0.1:50051";
  for (const auto& [flag, address] : {std::pair("--client-address", &options.client_address),
                                      std::pair("--control-address", &options.control_address)}) {
    if (!IsAddress(*address)) {
      return std::string(flag) + " must be IPV4:PORT, for example 127.0.0.1:8080, not `" +
             *address + "`";
    }
  }
  return "";
}

std::string SettleProcesses(RunOptions& options) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);  // Raising to one's own hard limit is always allowed.
  const auto limit = static_cast<uint64_t>(files.rlim_cur);
  const uint64_t share = limit > 2 * kReservedFiles ? limit - kReservedFiles : kReservedFiles;
  const uint64_t needed = (options.sessions + share - 1) / share;
  if (options.processes == 0) {
    options.processes = static_cast<uint32_t>(std::min<uint64_t>(needed, kProcessesMax));
  }
  options.processes = std::min(options.processes, options.sessions);
  if (options.processes >= needed) return "";
  return "not enough descriptors: " + std::to_string(options.sessions) + " sessions need " +
         std::to_string(needed) + " processes of " + std::to_string(limit) +
         " open files each, not " + std::to_string(options.processes) +
         "; raise the hard limit (`ulimit -Hn`), give more --processes (at most " +
         std::to_string(kProcessesMax) + ") or fewer --sessions";
}

void AddLoadOptions(CLI::App& app, RunOptions& options) {
  AddSeconds(app, "--duration", options.duration_seconds, "how long is driven");
  AddRate(app, "--send-rate", options.send_rate, "SendToUser a second, to users by chance");
  AddRate(app, "--broadcast-rate", options.broadcast_rate, "broadcasts a second");
  app.add_option("--burst", options.burst, "broadcasts at once; 0: no bursts")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  AddSeconds(app, "--burst-interval", options.burst_interval, "from burst to burst");
  AddRate(app, "--message-rate", options.message_rate,
          "messages of clients a second, all sessions together");
  app.add_option("--payload-bytes", options.payload_bytes, "of every message, its stamp included")
      ->check(CLI::Range(static_cast<int>(kStampBytes), 1 << 20))
      ->capture_default_str();
  AddSeconds(app, "--grace", options.grace_seconds, "how long is waited for what is missing");
  app.add_option("--seed", options.seed, "of the choice of users; 0: any")->capture_default_str();
}

}  // namespace

std::string RunOptions::UserPrefix() const {
  char text[16];
  std::snprintf(text, sizeof text, "l%08x-", run);
  return text;
}

Duration RunOptions::TokenLife() const {
  const double connecting = connect_rate > 0 ? sessions / connect_rate : 0;
  return std::chrono::hours(1) + Seconds(connecting + duration_seconds + grace_seconds);
}

void AddRunOptions(CLI::App& app, RunOptions& options) {
  app.add_option("--client-address", options.client_address,
                 "WebSocket port, IPV4:PORT [127.0.0.1:8080]");
  app.add_option("--control-address", options.control_address,
                 "control port, IPV4:PORT [127.0.0.1:50051]");
  app.add_option("--ready-file", options.ready_file, "the gateway's: names both addresses");
  app.add_option("--sessions", options.sessions, "WebSocket sessions")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--users", options.users, "whom the sessions share; 0: each is its own user")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  AddRate(app, "--connect-rate", options.connect_rate,
          "connects a second; 0: as fast as the gateway answers");
  app.add_option("--addresses", options.addresses,
                 "source addresses, 127.0.0.2 and on; 0: whichever the kernel takes")
      ->check(CLI::Range(0, 200))
      ->capture_default_str();
  app.add_option("--processes", options.processes,
                 "processes that hold the sessions; 0: as many as the open-file limit asks for")
      ->transform(CLI::Transformer(std::map<std::string, int>{{"auto", 0}}))
      ->check(CLI::Range(0u, kProcessesMax))
      ->default_str("auto");
  app.add_option("--subprotocol", options.subprotocol, "WebSocket subprotocol to ask for [none]")
      ->check(CLI::Validator(
          [](const std::string& name) {
            return name.size() <= kSubprotocolBytesMax ? "" : "at most 64 bytes";
          },
          "NAME"));
  AddLoadOptions(app, options);
  app.add_option("--server-pid", options.server_pid,
                 "process that is measured [whoever listens on the client address]")
      ->check(CLI::PositiveNumber);
  app.add_option("-o,--output", options.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  app.add_option("--svg", options.svg_file, "where the latency histogram is drawn");
  app.add_option("--progress", options.progress, "a line on stderr: auto is on a terminal only")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  AddAccessFlags(app, options.access_flags);
}

std::string Settle(RunOptions& options) {
  if (std::string wrong = CheckAddresses(options); !wrong.empty()) return wrong;
  if (options.users > options.sessions) {
    return "--users " + std::to_string(options.users) + " is more than --sessions " +
           std::to_string(options.sessions) + ": who has no session receives nothing";
  }
  if (options.addresses > 0 && options.sessions > uint64_t{options.addresses} * kPortsOfAddress) {
    return std::to_string(options.sessions) + " sessions need more ports than " +
           std::to_string(options.addresses) + " addresses have: give more --addresses";
  }
  if (!options.svg_file.empty() && !std::ofstream(options.svg_file)) {
    return "--svg " + options.svg_file + " cannot be written";
  }
  absl::StatusOr<Access> access =
      ReadAccess(options.access_flags, options.client_address, options.control_address);
  if (!access.ok()) return MessageOf(access.status());
  options.access = *std::move(access);
  std::random_device random;
  options.run = random();
  if (options.seed == 0) options.seed = random();
  return SettleProcesses(options);
}

}  // namespace wsgate::loadgen
