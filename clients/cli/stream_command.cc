// wsgatectl watch and wsgatectl tail: both go on until somebody ends them.
#include <CLI/CLI.hpp>
#include <memory>
#include <random>

#include "clients/cli/commands.h"
#include "clients/cli/events.h"
#include "clients/cli/flags.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

struct WatchFlags {
  FilterFlags filter;
  bool snapshot = false;
  std::string after;
  bool cursors = false;
  uint32_t count = 0;
};

struct TailFlags {
  std::string group;
  uint32_t count = 0;
};

ExitCode RunWatch(const WatchFlags& flags, Context& context) {
  if (flags.snapshot && !flags.after.empty()) {
    return context.Usage(
        "give --snapshot or --after, not both: what was open, or what happened since");
  }
  v1::WatchSessionsRequest request;
  absl::StatusOr<v1::SessionFilter> filter = ToFilter(flags.filter);
  if (!filter.ok()) return context.Usage(MessageOf(filter.status()));
  if (!IsEmpty(*filter)) *request.mutable_filter() = *std::move(filter);
  request.set_snapshot(flags.snapshot);
  request.set_after(flags.after);
  uint32_t told = 0;
  const absl::Status status =
      context.client().WatchSessions(request, [&](const v1::WatchSessionsResponse& event) {
        if (context.json()) {
          context.PrintJsonLine(event);
        } else {
          std::string line = EventLine(event, context.paint());
          if (flags.cursors && !event.cursor().empty()) Append(line, "  cursor ", event.cursor());
          context.out() << line << std::endl;
        }
        return ++told != flags.count;
      });
  return status.ok() ? ExitCode::kOk : context.Fail(status);
}

// A group of its own gets a copy of everything and takes nothing from the services' groups.
std::string OwnGroup() {
  std::random_device random;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string name = "wsgatectl-";
  for (int at = 0; at < 12; ++at) name += kLetters[random() % kLetters.size()];
  return name;
}

ExitCode RunTail(const TailFlags& flags, Context& context) {
  const std::string group = flags.group.empty() ? OwnGroup() : flags.group;
  uint32_t told = 0;
  const absl::Status status =
      context.client().ReceiveMessages(group, [&](const v1::ReceiveMessagesResponse& message) {
        if (context.json()) {
          context.PrintJsonLine(message);
        } else {
          context.out() << MessageLine(message, context.paint()) << std::endl;
        }
        return ++told != flags.count;
      });
  return status.ok() ? ExitCode::kOk : context.Fail(status);
}

}  // namespace

void AddWatch(CommandLine& line) {
  const auto flags = std::make_shared<WatchFlags>();
  CLI::App& app = line.Add(line.root(), "watch", "Tells who comes and who goes, a line each.");
  AddFilterFlags(app, flags->filter, "of");
  app.add_flag("--snapshot", flags->snapshot, "show first who is there");
  AddValue(app, "--after", flags->after, "CURSOR", "go on behind the event that had this cursor");
  app.add_flag("--cursors", flags->cursors, "show each event's cursor");
  AddNumber(app, "--count", flags->count, "N", "end after so many lines; default: go on");
  app.footer(
      "Examples\n"
      "  wsgatectl watch --snapshot\n"
      "  wsgatectl watch --user ada -o json");
  line.OnRun(app, [flags](Context& context) { return RunWatch(*flags, context); });
}

void AddTail(CommandLine& line) {
  const auto flags = std::make_shared<TailFlags>();
  CLI::App& app =
      line.Add(line.root(), "tail",
               "Shows what clients say, a line each, and takes nothing from the services.");
  AddValue(app, "--group", flags->group, "NAME",
           "share this group's messages; default: a copy of all, in a group of its own");
  AddNumber(app, "--count", flags->count, "N", "end after so many; default: go on");
  app.footer(
      "Example\n"
      "  wsgatectl tail -o json | jq -r .message.text");
  line.OnRun(app, [flags](Context& context) { return RunTail(*flags, context); });
}

}  // namespace wsgate::cli
