// wsgatectl caller new.
#include <fcntl.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "control/callers.h"
#include "gateway/base/base64.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CallerFlags {
  std::string name;
  std::vector<std::string> scopes;
  std::vector<std::string> sans;
  std::vector<std::string> topics;
  std::string tenant;
  std::string out;
};

// 256 bits, in letters that need no quotes anywhere; the beginning lets scanners find lost ones.
absl::StatusOr<std::string> MakeToken() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return absl::InternalError("the system gives no random bytes");
  }
  std::string token = "wsgate_";
  AppendBase64Url(std::string(bytes.begin(), bytes.end()), token);
  return token;
}

// Nobody else may read it, and no file is overwritten.
absl::Status WriteSecret(const std::string& path, const std::string& token) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Invalid("--out: cannot create ", path, ": ", std::strerror(errno));
  const std::string line = token + "\n";
  const bool written = write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const bool closed = close(fd) == 0;
  if (written && closed) return absl::OkStatus();
  return Invalid("--out: cannot write ", path, ": ", std::strerror(errno));
}

std::string HexOf(const Sha256& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : digest) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

// The entry, with what was left out left out.
Json EntryOf(const CallerFlags& flags, const std::string& hash) {
  Json entry = {{"name", flags.name}};
  if (!hash.empty()) entry["token_sha256"] = hash;
  if (!flags.sans.empty()) entry["san"] = flags.sans;
  entry["scopes"] = flags.scopes;
  if (!flags.tenant.empty()) entry["tenant"] = flags.tenant;
  if (!flags.topics.empty()) entry["topics"] = flags.topics;
  return entry;
}

// A JSON value is YAML as well; an entry stays readable with a line a key.
std::string ToYaml(const Json& entry) {
  constexpr auto kReplace = Json::error_handler_t::replace;
  std::string text;
  for (const auto& [key, value] : entry.items()) {
    Append(text, text.empty() ? "- " : "  ", key, ": ", value.dump(-1, ' ', false, kReplace), "\n");
  }
  return text;
}

ExitCode RunCallerNew(const CallerFlags& flags, Context& context) {
  if (flags.out.empty() == flags.sans.empty()) {
    return context.Usage(
        "how does it say who it is? Give --out FILE for a token, or --san NAME for a certificate");
  }
  const CallerProof proof = flags.sans.empty() ? CallerProof::kToken : CallerProof::kCertificate;
  std::string token;
  if (proof == CallerProof::kToken) {
    absl::StatusOr<std::string> made = MakeToken();
    if (!made.ok()) return context.Fail(MessageOf(made.status()), ExitCode::kRefused);
    token = *std::move(made);
  }
  const Json entry = EntryOf(flags, token.empty() ? "" : HexOf(Sha256Of(token)));
  const std::string yaml = ToYaml(entry);
  // As the gateway will read it.
  if (const auto callers = ParseCallers(yaml, "the entry", proof); !callers.ok()) {
    return context.Usage(MessageOf(callers.status()));
  }
  if (!token.empty()) {
    if (absl::Status status = WriteSecret(flags.out, token); !status.ok()) {
      return context.Usage(MessageOf(status));
    }
    context.Note(Cat("the token is in ", flags.out, " and nowhere else; the entry below goes to ",
                     "control.auth.tokens_file"));
  }
  context.out() << (context.json() ? entry.dump(2) + "\n" : yaml);
  return ExitCode::kOk;
}

}  // namespace

void AddCaller(CommandLine& line) {
  CLI::App& group = line.Add(line.root(), "caller", "Makes callers of the control API.");
  group.require_subcommand(1);
  const auto flags = std::make_shared<CallerFlags>();
  CLI::App& app = line.Add(group, "new",
                           "Makes a token and prints its entry for control.auth.tokens_file; asks "
                           "no gateway.");
  AddValue(app, "NAME", flags->name, "NAME", "what the gateway's log calls it")->required();
  AddList(app, "--scope", flags->scopes, "SCOPE",
          "send, publish, sessions.read, sessions.write, stats.read or admin, which is all; may be "
          "given again")
      ->required();
  AddValue(app, "--out", flags->out, "FILE", "writes the token there, for its owner's eyes alone");
  AddList(app, "--san", flags->sans, "NAME",
          "no token, but a name in its certificate; may be given again");
  AddValue(app, "--tenant", flags->tenant, "TEXT", "only sessions of tenants that begin with this");
  AddList(app, "--topic", flags->topics, "TEXT",
          "only topics that begin with this; may be given again");
  app.footer(
      "Examples\n"
      "  wsgatectl caller new orders --scope send --out orders.token >> callers.yaml\n"
      "  wsgatectl caller new metrics --scope stats.read --san metrics.internal");
  line.OnRunAlone(app, [flags](Context& context) { return RunCallerNew(*flags, context); });
}

}  // namespace wsgate::cli
