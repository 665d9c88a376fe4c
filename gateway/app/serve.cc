#include "gateway/app/serve.h"

#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <optional>
#include <thread>

#include "gateway/app/app.h"
#include "gateway/app/logging.h"
#include "gateway/config/flags.h"
#include "gateway/config/host.h"
#include "gateway/config/load.h"
#include "gateway/config/validate.h"
#include "gateway/config/watch.h"

namespace wsgate {
namespace {

// Every thread inherits this, so that signals reach only sigtimedwait() below.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

void PrintWhereToLook(const Config& config, const Addresses& addresses) {
  const std::string_view s = config.tls_cert_file.empty() ? "" : "s";
  spdlog::info("clients: ws{}://{}/ws  control: {}  admin: http://{}/", s, addresses.client,
               addresses.control, addresses.admin);
  if (!config.demo) return;
  std::cout << "\n  Demo page    http" << s << "://" << addresses.client << "/\n"
            << "  Send to it   grpcurl -plaintext -d "
               "'{\"user_id\":\"ada\",\"message\":{\"text\":\"hello\"}}' "
            << addresses.control << " wsgate.v1.ControlService/SendToUser\n"
            << "  Stop         Ctrl-C\n"
            << std::endl;
}

void Reload(App& app, const LoadInputs& inputs, const Config& running, uint64_t open_files) {
  const absl::StatusOr<Config> config = LoadConfig(inputs);
  const absl::Status valid = config.ok() ? Validate(*config, open_files) : config.status();
  if (!valid.ok()) {
    app.ReloadFailed();
    return spdlog::error("reload: nothing is changed: {}", std::string(valid.message()));
  }
  for (const std::string& field : FieldsThatNeedRestart(running, *config)) {
    spdlog::warn("reload: {} has changed and needs a restart", field);
  }
  app.Reload(*config);
}

// Until the gateway has drained, by signal or by the Drain RPC.
void ServeSignals(App& app, const sigset_t& signals, const LoadInputs& inputs,
                  const Config& running, const std::optional<std::string>& file,
                  uint64_t open_files) {
  std::optional<FileWatch> watch;
  if (file) watch.emplace(*file);
  constexpr timespec kLookInterval{.tv_sec = 0, .tv_nsec = 500'000'000};
  bool draining = false;
  std::thread waiter([&app] {
    app.Wait();
    kill(getpid(), SIGTERM);  // Wakes the loop below.
  });
  while (!app.stopped()) {
    const int signal = sigtimedwait(&signals, nullptr, &kLookInterval);
    const bool changed = watch && watch->Changed();
    if (app.stopped()) break;
    app.LookAtFiles();
    if (signal == SIGHUP || changed) {
      Reload(app, inputs, running, open_files);
    } else if (signal == SIGTERM || signal == SIGINT) {
      spdlog::info(draining ? "second signal: ending at once"
                            : "draining; a second signal ends at once");
      draining ? app.StopNow() : app.BeginDrain();
      draining = true;
    }
  }
  waiter.join();
}

}  // namespace

int Serve(std::span<const std::string> args) {
  const absl::StatusOr<ParsedFlags> flags = ParseFlags(args);
  if (!flags.ok()) {
    std::cerr << "wsgate serve: " << flags.status().message() << "\n";
    return 2;
  }
  if (flags->help) {
    std::cout << ServeHelp();
    return 0;
  }
  const sigset_t signals = BlockSignals();
  const uint64_t open_files = RaiseOpenFileLimit();
  const LoadInputs inputs{.file = flags->config_file,
                          .environment = WsgateEnvironment(environ),
                          .flags = flags->fields,
                          .dev = flags->dev};
  const absl::StatusOr<LoadedConfig> loaded = LoadConfigWithSources(inputs);
  const absl::Status valid = loaded.ok() ? Validate(loaded->config, open_files) : loaded.status();
  if (!valid.ok()) {
    std::cerr << "wsgate serve: " << valid.message() << "\n";
    return 1;
  }
  SetUpLogging(loaded->config);
  for (const std::string& warning : ConfigWarnings(loaded->config)) spdlog::warn("{}", warning);
  absl::StatusOr<std::unique_ptr<App>> app = App::Start(loaded->config);
  if (!app.ok()) {
    std::cerr << "wsgate serve: " << app.status().message() << "\n";
    return 1;
  }
  PrintWhereToLook(loaded->config, (*app)->addresses());
  ServeSignals(**app, signals, inputs, loaded->config, loaded->file, open_files);
  spdlog::info("stopped");
  return 0;
}

}  // namespace wsgate
