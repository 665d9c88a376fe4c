// wsgatectl stats.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "clients/cli/stats_text.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

constexpr uint32_t kLinesBetweenHeads = 20;

struct StatsFlags {
  bool watch = false;
  std::string interval;
  uint32_t count = 0;
};

ExitCode RunOnce(Context& context) {
  const absl::StatusOr<v1::GetStatsResponse> stats = context.client().GetStats();
  if (!stats.ok()) return context.Fail(stats.status());
  if (context.json()) {
    context.PrintJson(*stats);
  } else {
    PrintStats(*stats, WallMicros(), context);
  }
  return ExitCode::kOk;
}

ExitCode RunWatch(const StatsFlags& flags, Context& context) {
  v1::WatchStatsRequest request;
  if (!flags.interval.empty()) {
    const absl::StatusOr<Duration> interval = ReadTime("--interval", flags.interval);
    if (!interval.ok()) return context.Usage(MessageOf(interval.status()));
    SetDuration(*interval, *request.mutable_interval());
  }
  uint32_t lines = 0;
  std::optional<v1::Stats> before;
  Time before_time;
  const absl::Status status =
      context.client().WatchStats(request, [&](const v1::WatchStatsResponse& response) {
        const Time now = SteadyNow();
        if (context.json()) {
          context.PrintJsonLine(response);
        } else {
          const v1::Stats& total = response.stats().total();
          if (lines % kLinesBetweenHeads == 0) {
            context.out() << context.paint()(Tone::kHead, WatchHead()) << "\n";
          }
          context.out() << WatchLine(total, before, now - before_time) << std::endl;
          before = total;
          before_time = now;
        }
        return ++lines != flags.count;
      });
  return status.ok() ? ExitCode::kOk : context.Fail(status);
}

ExitCode RunStats(const StatsFlags& flags, Context& context) {
  if (flags.watch) return RunWatch(flags, context);
  if (!flags.interval.empty() || flags.count > 0) {
    return context.Usage("--interval and --count go with --watch");
  }
  return RunOnce(context);
}

}  // namespace

void AddStats(CommandLine& line) {
  const auto flags = std::make_shared<StatsFlags>();
  CLI::App& app =
      line.Add(line.root(), "stats", "Shows the figures of the nodes and their shards.");
  app.add_flag("--watch", flags->watch, "again and again, a line each time");
  AddValue(app, "--interval", flags->interval, "TIME", "how often, 100ms to 1h; default: 1s");
  AddNumber(app, "--count", flags->count, "N", "end after so many; default: go on");
  app.footer(
      "Examples\n"
      "  wsgatectl stats\n"
      "  wsgatectl stats --watch --interval 5s");
  line.OnRun(app, [flags](Context& context) { return RunStats(*flags, context); });
}

}  // namespace wsgate::cli
