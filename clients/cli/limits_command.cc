// wsgatectl limits and limits set.
#include <CLI/CLI.hpp>
#include <memory>

#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "clients/cli/limits_text.h"
#include "clients/cli/table.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

// Every response with limits.
template <class Response>
ExitCode Report(const absl::StatusOr<Response>& response, Context& context) {
  if (!response.ok()) return context.Fail(response.status());
  if (context.json()) {
    context.PrintJson(*response);
    return ExitCode::kOk;
  }
  Table table({{"limit"}, {"value", Align::kRight}, {"allowed"}});
  for (const LimitText& limit : DescribeLimits(response->limits())) {
    table.Add({limit.name, limit.value, {limit.range, Tone::kFaint}});
  }
  table.Print(context.out(), context.paint());
  return ExitCode::kOk;
}

ExitCode RunSet(const std::vector<std::string>& assignments, Context& context) {
  v1::SetLimitsRequest request;
  for (const std::string& assignment : assignments) {
    if (const absl::Status bad = SetLimit(assignment, *request.mutable_limits()); !bad.ok()) {
      return context.Usage(MessageOf(bad));
    }
  }
  return Report(context.client().SetLimits(request), context);
}

}  // namespace

void AddLimits(CommandLine& line) {
  CLI::App& app = line.Add(line.root(), "limits", "Shows the limits in force, or changes them.");
  line.OnRun(app, [](Context& context) { return Report(context.client().GetLimits(), context); });

  const auto assignments = std::make_shared<std::vector<std::string>>();
  CLI::App& set = line.Add(app, "set", "Changes limits until the next restart or reload.");
  set.add_option("LIMIT", *assignments, "the limits that change; `wsgatectl limits` shows all")
      ->type_name("NAME=VALUE")
      ->required();
  set.footer(
      "Examples\n"
      "  wsgatectl limits set messages_per_second=20 message_bytes_max=128KiB\n"
      "  wsgatectl limits set handshake_timeout=5s sessions_per_user_max=off");
  line.OnRun(set, [assignments](Context& context) { return RunSet(*assignments, context); });
}

}  // namespace wsgate::cli
