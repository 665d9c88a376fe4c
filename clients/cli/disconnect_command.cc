// wsgatectl disconnect.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "clients/cli/human.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

struct DisconnectFlags {
  FilterFlags filter;
  ExclusionFlags exclusions;
  bool all = false;
  bool yes = false;
  uint32_t code = 0;
  std::string reason;
};

// One user or one session says so by itself; everything else is a filter.
v1::Target TargetOf(v1::SessionFilter filter) {
  v1::Target target;
  v1::SessionFilter rest = filter;
  rest.clear_user_ids();
  rest.clear_session_ids();
  const bool alone = IsEmpty(rest) && filter.user_ids_size() + filter.session_ids_size() == 1;
  if (alone && filter.user_ids_size() == 1) {
    target.set_user_id(filter.user_ids(0));
  } else if (alone) {
    target.set_session_id(filter.session_ids(0));
  } else {
    *target.mutable_filter() = std::move(filter);
  }
  return target;
}

// Whether the person at the terminal means it.
bool Confirmed(Context& context) {
  const absl::StatusOr<v1::GetStatsResponse> stats = context.client().GetStats();
  const std::string who = stats.ok()
                              ? Cat("all ", HumanCount(stats->total().sessions()), " sessions")
                              : "every session";
  std::cerr << "End " << who << " of " << context.settings().address << "? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

ExitCode Call(const v1::DisconnectRequest& request, Context& context) {
  const absl::StatusOr<v1::DisconnectResponse> response = context.client().Disconnect(request);
  if (!response.ok()) return context.Fail(response.status());
  const uint32_t count = response->disconnected();
  if (context.json()) {
    context.PrintJson(*response);
  } else {
    context.out() << "disconnected " << HumanCount(count)
                  << (count == 1 ? " session\n" : " sessions\n");
  }
  return count > 0 ? ExitCode::kOk : ExitCode::kNobody;
}

ExitCode RunDisconnect(const DisconnectFlags& flags, Context& context) {
  absl::StatusOr<v1::SessionFilter> filter = ToFilter(flags.filter);
  if (!filter.ok()) return context.Usage(MessageOf(filter.status()));
  if (IsEmpty(*filter) != flags.all) {
    return context.Usage(flags.all
                             ? "give --all or flags that name sessions, not both"
                             : "whom? Give --user ID, --session ID, another filter, or --all");
  }
  v1::DisconnectRequest request;
  if (flags.all) {
    request.mutable_target()->set_all(true);
  } else {
    *request.mutable_target() = TargetOf(*std::move(filter));
  }
  request.set_code(flags.code);
  request.set_reason(flags.reason);
  const v1::SendOptions exclusions = ToOptions(flags.exclusions);
  *request.mutable_exclude_user_ids() = exclusions.exclude_user_ids();
  *request.mutable_exclude_session_ids() = exclusions.exclude_session_ids();
  if (flags.all && !flags.yes) {
    if (isatty(STDIN_FILENO) != 1) {
      return context.Usage("--all ends every session: say --yes where nobody can be asked");
    }
    if (!Confirmed(context)) {
      context.Note("nothing was done");
      return ExitCode::kRefused;
    }
  }
  return Call(request, context);
}

}  // namespace

void AddDisconnect(CommandLine& line) {
  const auto flags = std::make_shared<DisconnectFlags>();
  CLI::App& app =
      line.Add(line.root(), "disconnect",
               "Ends the sessions that all of these flags name, with a code and a reason.");
  AddFilterFlags(app, flags->filter, "of");
  app.add_flag("--all", flags->all, "every session; asks first")->group("Who is meant");
  AddNumber(app, "--code", flags->code, "CODE", "the close code; default: 4500, kicked");
  AddValue(app, "--reason", flags->reason, "TEXT", "the close reason, at most 123 bytes");
  AddExclusionFlags(app, flags->exclusions);
  app.add_flag("--yes", flags->yes, "do not ask");
  app.footer(
      "Examples\n"
      "  wsgatectl disconnect --user ada --code 4600 --reason 'signed in elsewhere'\n"
      "  wsgatectl disconnect --path /ws/lobby --connected-for 8h");
  line.OnRun(app, [flags](Context& context) { return RunDisconnect(*flags, context); });
}

}  // namespace wsgate::cli
