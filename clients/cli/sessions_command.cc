// wsgatectl sessions, sessions show and sessions user.
#include <CLI/CLI.hpp>
#include <memory>

#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "clients/cli/human.h"
#include "clients/cli/table.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

struct ListFlags {
  FilterFlags filter;
  uint32_t page_size = 0;
  std::string page_token;
  bool all = false;
};

std::string MetadataOf(const v1::Session& session) {
  std::string text;
  // Sorted, so that rows are alike.
  const std::map<std::string, std::string> sorted(session.metadata().begin(),
                                                  session.metadata().end());
  for (const auto& [key, value] : sorted) {
    Append(text, text.empty() ? "" : " ", Printable(key), "=", Printable(value));
  }
  return text;
}

void PrintSessions(const v1::ListSessionsResponse& response, Context& context) {
  Table table({{"session"},
               {"user"},
               {"tenant"},
               {"path"},
               {"subprotocol"},
               {"metadata"},
               {"open for", Align::kRight},
               {"received", Align::kRight},
               {"sent", Align::kRight},
               {"queued", Align::kRight},
               {"address"}});
  const int64_t now = WallMicros();
  for (const v1::Session& session : response.sessions()) {
    table.Add({session.session_id(), Printable(session.user_id()), Printable(session.tenant()),
               Printable(session.path()), Printable(session.subprotocol()), MetadataOf(session),
               HumanDuration(Since(session.connect_time(), now)),
               HumanCount(session.messages_received()), HumanCount(session.messages_sent()),
               HumanBytes(session.queued_bytes()), session.remote_address()});
  }
  if (table.empty()) return context.Note("no session");
  table.DropEmptyColumns();
  table.Print(context.out(), context.paint());
}

ExitCode RunList(const ListFlags& flags, Context& context) {
  v1::ListSessionsRequest request;
  absl::StatusOr<v1::SessionFilter> filter = ToFilter(flags.filter);
  if (!filter.ok()) return context.Usage(MessageOf(filter.status()));
  if (!IsEmpty(*filter)) *request.mutable_filter() = *std::move(filter);
  request.set_page_token(flags.page_token);
  constexpr uint32_t kPageMax = 1'000;
  const uint32_t page_size = flags.all && flags.page_size == 0 ? kPageMax : flags.page_size;
  request.set_page_size(static_cast<int32_t>(std::min(page_size, kPageMax)));
  v1::ListSessionsResponse all;
  do {
    absl::StatusOr<v1::ListSessionsResponse> page = context.client().ListSessions(request);
    if (!page.ok()) return context.Fail(page.status());
    all.mutable_sessions()->MergeFrom(page->sessions());
    all.set_next_page_token(page->next_page_token());
    request.set_page_token(page->next_page_token());
  } while (flags.all && !all.next_page_token().empty());
  if (context.json()) {
    context.PrintJson(all);
    return ExitCode::kOk;
  }
  PrintSessions(all, context);
  if (!all.next_page_token().empty()) {
    context.Note(Cat("there are more: --all, or --page-token ", all.next_page_token()));
  }
  return ExitCode::kOk;
}

ExitCode RunShow(const std::string& session_id, Context& context) {
  v1::GetSessionRequest request;
  request.set_session_id(session_id);
  const absl::StatusOr<v1::GetSessionResponse> response = context.client().GetSession(request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.json()) {
    context.PrintJson(*response);
    return ExitCode::kOk;
  }
  const v1::Session& session = response->session();
  Table table({{"field"}, {"value"}});
  table.Add({"session", session.session_id()});
  table.Add({"user", Printable(session.user_id())});
  table.Add({"tenant", Printable(session.tenant())});
  table.Add({"path", Printable(session.path())});
  table.Add({"subprotocol", Printable(session.subprotocol())});
  table.Add({"compressed", session.compressed() ? "yes" : "no"});
  table.Add({"metadata", MetadataOf(session)});
  table.Add({"address", session.remote_address()});
  table.Add({"connected", HumanTime(session.connect_time())});
  table.Add({"open for", HumanDuration(Since(session.connect_time(), WallMicros()))});
  table.Add({"messages received", HumanCount(session.messages_received())});
  table.Add({"messages sent", HumanCount(session.messages_sent())});
  table.Add({"queued", HumanBytes(session.queued_bytes())});
  table.Print(context.out(), context.paint());
  return ExitCode::kOk;
}

ExitCode RunUser(const std::vector<std::string>& user_ids, Context& context) {
  v1::GetUserStatusRequest request;
  request.mutable_user_ids()->Add(user_ids.begin(), user_ids.end());
  const absl::StatusOr<v1::GetUserStatusResponse> response =
      context.client().GetUserStatus(request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.json()) {
    context.PrintJson(*response);
    return ExitCode::kOk;
  }
  Table table({{"user"}, {"status"}, {"sessions", Align::kRight}, {"session ids"}});
  for (const v1::UserStatus& status : response->statuses()) {
    std::string ids;
    for (const std::string& id : status.session_ids()) Append(ids, ids.empty() ? "" : " ", id);
    const Cell state =
        status.online() ? Cell("online", Tone::kGood) : Cell("offline", Tone::kFaint);
    table.Add({Printable(status.user_id()), state, HumanCount(status.sessions()), ids});
  }
  table.Print(context.out(), context.paint());
  return ExitCode::kOk;
}

}  // namespace

void AddSessions(CommandLine& line) {
  const auto flags = std::make_shared<ListFlags>();
  CLI::App& app = line.Add(line.root(), "sessions",
                           "Lists the sessions that all of these flags name; without any: all.");
  AddFilterFlags(app, flags->filter, "of");
  AddNumber(app, "--page-size", flags->page_size, "N",
            "how many at once, at most 1000; default: 100");
  AddValue(app, "--page-token", flags->page_token, "TOKEN", "go on where another page ended");
  app.add_flag("--all", flags->all, "every page");
  app.footer(
      "Examples\n"
      "  wsgatectl sessions --path /ws/lobby\n"
      "  wsgatectl sessions --all -o json");
  line.OnRun(app, [flags](Context& context) { return RunList(*flags, context); });

  const auto id = std::make_shared<std::string>();
  CLI::App& show = line.Add(app, "show", "Shows one session.");
  AddValue(show, "ID", *id, "ID", "which one")->required();
  line.OnRun(show, [id](Context& context) { return RunShow(*id, context); });

  const auto ids = std::make_shared<std::vector<std::string>>();
  CLI::App& user = line.Add(app, "user", "Says of users whether they are connected.");
  user.add_option("ID", *ids, "whom")->type_name("ID")->required();
  line.OnRun(user, [ids](Context& context) { return RunUser(*ids, context); });
}

}  // namespace wsgate::cli
