// wsgatectl drain and wsgatectl health.
#include <CLI/CLI.hpp>

#include "clients/cli/commands.h"
#include "clients/cli/human.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

using grpc::health::v1::HealthCheckResponse;

ExitCode RunDrain(Context& context) {
  const absl::StatusOr<v1::DrainResponse> response = context.client().Drain();
  if (!response.ok()) return context.Fail(response.status());
  if (context.json()) {
    context.PrintJson(*response);
  } else {
    context.out() << "draining; open sessions: " << HumanCount(response->sessions()) << "\n";
  }
  return ExitCode::kOk;
}

ExitCode RunHealth(Context& context) {
  const absl::StatusOr<HealthCheckResponse> response = context.client().CheckHealth();
  if (!response.ok()) return context.Fail(response.status());
  const bool serving = response->status() == HealthCheckResponse::SERVING;
  if (context.json()) {
    context.PrintJson(*response);
  } else {
    const std::string word = HealthCheckResponse::ServingStatus_Name(response->status());
    context.out() << context.paint()(serving ? Tone::kGood : Tone::kBad, word) << "\n";
  }
  return serving ? ExitCode::kOk : ExitCode::kRefused;
}

}  // namespace

void AddDrain(CommandLine& line) {
  CLI::App& app =
      line.Add(line.root(), "drain",
               "Starts draining the node, as one SIGTERM does; its process ends when it is done.");
  line.OnRun(app, &RunDrain);
}

void AddHealth(CommandLine& line) {
  CLI::App& app = line.Add(line.root(), "health",
                           "Asks whether the gateway serves; exit code 0 only where it does.");
  line.OnRun(app, &RunHealth);
}

}  // namespace wsgate::cli
