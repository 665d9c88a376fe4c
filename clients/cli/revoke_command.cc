// wsgatectl revoke.
#include <CLI/CLI.hpp>
#include <memory>

#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "clients/cli/human.h"
#include "gateway/auth/token_authority.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

struct RevokeFlags {
  std::string token;
  std::string user;
  std::string issued_ago;
  std::string remember;
};

// Seconds since 1970, `ago` before or after now.
absl::Status SetTime(std::string_view flag, const std::string& text, int sign,
                     google::protobuf::Timestamp& to) {
  const absl::StatusOr<Duration> time = ReadTime(flag, text);
  if (!time.ok()) return time.status();
  to.set_seconds(WallSeconds() +
                 sign * std::chrono::duration_cast<std::chrono::seconds>(*time).count());
  return absl::OkStatus();
}

ExitCode RunRevoke(const RevokeFlags& flags, Context& context) {
  if (flags.token.empty() == flags.user.empty()) {
    return context.Usage("which tokens? Give --token ID or --user ID");
  }
  v1::RevokeRequest request;
  if (!flags.token.empty()) request.set_token_id(flags.token);
  if (!flags.user.empty()) request.set_user_id(flags.user);
  absl::Status status;
  if (!flags.issued_ago.empty()) {
    status = SetTime("--issued-ago", flags.issued_ago, -1, *request.mutable_not_before());
  }
  if (status.ok() && !flags.remember.empty()) {
    status = SetTime("--remember", flags.remember, 1, *request.mutable_expire_time());
  }
  if (!status.ok()) return context.Usage(MessageOf(status));
  const absl::StatusOr<v1::RevokeResponse> response = context.client().Revoke(request);
  if (!response.ok()) return context.Fail(response.status());
  const uint32_t count = response->disconnected();
  if (context.json()) {
    context.PrintJson(*response);
  } else {
    context.out() << "revoked; disconnected " << HumanCount(count)
                  << (count == 1 ? " session\n" : " sessions\n");
  }
  return ExitCode::kOk;
}

}  // namespace

void AddRevoke(CommandLine& line) {
  const auto flags = std::make_shared<RevokeFlags>();
  CLI::App& app = line.Add(line.root(), "revoke",
                           "Makes tokens no longer good and ends the sessions that came by them.");
  AddValue(app, "--token", flags->token, "ID", "the one with this `jti`");
  AddValue(app, "--user", flags->user, "ID", "those of this user that were issued so far");
  AddValue(app, "--issued-ago", flags->issued_ago, "TIME",
           "with --user: only those that are older than this");
  AddValue(app, "--remember", flags->remember, "TIME",
           "until the last of them will have expired; default: 24h");
  app.footer(
      "Examples\n"
      "  wsgatectl revoke --user ada\n"
      "  wsgatectl revoke --token 7f3a --remember 1h");
  line.OnRun(app, [flags](Context& context) { return RunRevoke(*flags, context); });
}

}  // namespace wsgate::cli
