// wsgatectl send and wsgatectl broadcast.
#include <CLI/CLI.hpp>
#include <memory>

#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "clients/cli/outcome.h"
#include "clients/cli/payload.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

struct SendFlags {
  std::vector<std::string> users;
  std::vector<std::string> user_lists;
  std::string session;
  ExclusionFlags exclusions;
  PayloadFlags payload;
};

struct BroadcastFlags {
  FilterFlags filter;
  ExclusionFlags exclusions;
  PayloadFlags payload;
};

// Every response with an outcome.
template <class Response>
ExitCode Report(const absl::StatusOr<Response>& response, Context& context,
                const Names& offline_user_ids = {}) {
  if (!response.ok()) return context.Fail(response.status());
  if (context.json()) {
    context.PrintJson(*response);
  } else {
    PrintOutcome(response->outcome(), offline_user_ids, context);
  }
  return ExitCodeOf(response->outcome());
}

ExitCode SendToSession(const SendFlags& flags, v1::Message message, Context& context) {
  if (!flags.exclusions.users.empty() || !flags.exclusions.sessions.empty()) {
    return context.Usage("--session is one session: there is nobody to exclude");
  }
  v1::SendToSessionRequest request;
  request.set_session_id(flags.session);
  *request.mutable_message() = std::move(message);
  return Report(context.client().SendToSession(request), context);
}

ExitCode SendToUsers(const std::vector<std::string>& users, const SendFlags& flags,
                     v1::Message message, Context& context) {
  const v1::SendOptions options = ToOptions(flags.exclusions);
  if (users.size() == 1) {
    v1::SendToUserRequest request;
    request.set_user_id(users.front());
    *request.mutable_message() = std::move(message);
    *request.mutable_options() = options;
    return Report(context.client().SendToUser(request), context);
  }
  v1::SendToUsersRequest request;
  request.mutable_user_ids()->Add(users.begin(), users.end());
  *request.mutable_message() = std::move(message);
  *request.mutable_options() = options;
  const absl::StatusOr<v1::SendToUsersResponse> response = context.client().SendToUsers(request);
  return Report(response, context, response.ok() ? response->offline_user_ids() : Names());
}

ExitCode RunSend(const SendFlags& flags, Context& context) {
  const std::vector<std::string> users = AllOf(flags.users, flags.user_lists);
  if (users.empty() == flags.session.empty()) {
    return context.Usage(users.empty() ? "to whom? Give --user ID, --users ID,ID or --session ID"
                                       : "give --session or users, not both");
  }
  absl::StatusOr<v1::Message> message = ReadPayload(flags.payload);
  if (!message.ok()) return context.Usage(MessageOf(message.status()));
  if (!flags.session.empty()) return SendToSession(flags, *std::move(message), context);
  return SendToUsers(users, flags, *std::move(message), context);
}

ExitCode RunBroadcast(const BroadcastFlags& flags, Context& context) {
  v1::BroadcastRequest request;
  absl::StatusOr<v1::SessionFilter> filter = ToFilter(flags.filter);
  if (!filter.ok()) return context.Usage(MessageOf(filter.status()));
  if (!IsEmpty(*filter)) *request.mutable_filter() = *std::move(filter);
  absl::StatusOr<v1::Message> message = ReadPayload(flags.payload);
  if (!message.ok()) return context.Usage(MessageOf(message.status()));
  *request.mutable_message() = *std::move(message);
  *request.mutable_options() = ToOptions(flags.exclusions);
  return Report(context.client().Broadcast(request), context);
}

}  // namespace

void AddSend(CommandLine& line) {
  const auto flags = std::make_shared<SendFlags>();
  CLI::App& app = line.Add(line.root(), "send", "Sends a message to users or to one session.");
  const std::string group = "Who is meant";
  AddList(app, "--user", flags->users, "ID", "to this user; may be repeated")->group(group);
  AddList(app, "--users", flags->user_lists, "ID,ID,...", "to these users")->group(group);
  AddValue(app, "--session", flags->session, "ID", "to this session")->group(group);
  AddPayloadFlags(app, flags->payload);
  AddExclusionFlags(app, flags->exclusions);
  app.footer(
      "Examples\n"
      "  wsgatectl send --user ada hello\n"
      "  wsgatectl send --users ada,bob --json '{\"unread\":3}'\n"
      "  echo hello | wsgatectl send --session ID");
  line.OnRun(app, [flags](Context& context) { return RunSend(*flags, context); });
}

void AddBroadcast(CommandLine& line) {
  const auto flags = std::make_shared<BroadcastFlags>();
  CLI::App& app =
      line.Add(line.root(), "broadcast",
               "Sends a message to everybody, or to those whom all of these flags name.");
  AddFilterFlags(app, flags->filter, "to");
  AddPayloadFlags(app, flags->payload);
  AddExclusionFlags(app, flags->exclusions);
  app.footer(
      "Examples\n"
      "  wsgatectl broadcast 'back in five minutes'\n"
      "  wsgatectl broadcast --path /ws/lobby --meta room=blue --exclude-user ada hello");
  line.OnRun(app, [flags](Context& context) { return RunBroadcast(*flags, context); });
}

}  // namespace wsgate::cli
