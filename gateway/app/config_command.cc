#include "gateway/app/config_command.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ostream>
#include <string_view>
#include <vector>

#include "gateway/config/flags.h"
#include "gateway/config/load.h"
#include "gateway/config/nearest.h"
#include "gateway/config/strings.h"
#include "gateway/config/text.h"
#include "gateway/config/validate.h"

namespace wsgate {
namespace {

constexpr int kDone = 0;
constexpr int kConfigWrong = 1;
constexpr int kUsageWrong = 2;

constexpr std::string_view kHelp =
    "Usage: wsgate config init [FILE]\n"
    "       wsgate config check [FILE] [FLAG...]\n"
    "       wsgate config print [FILE] [FLAG...]\n"
    "       wsgate config schema\n"
    "\n"
    "  init    Writes a file with every field, its help, range and default; to the terminal "
    "without FILE.\n"
    "  check   Reads file, environment and flags as `wsgate serve` would and tells everything that "
    "is wrong.\n"
    "  print   Shows every value in force and where it comes from.\n"
    "  schema  Writes the JSON schema (draft 2020-12) of the file, for editors.\n"
    "\n"
    "FILE may also be given as --config FILE. FLAG is any flag of `wsgate serve`, see `wsgate "
    "serve --help`.\n";

// What a subcommand works with.
struct Context {
  std::span<const std::string> args;  // Behind the subcommand's name.
  const NamedValues& environment;
  uint64_t open_file_limit;
  std::ostream& out;
  std::ostream& err;
};

int UsageError(const Context& context, std::string_view message) {
  context.err << message << "\nSee `wsgate config --help`.\n";
  return kUsageWrong;
}

int Init(const Context& context) {
  if (context.args.empty()) {
    context.out << ConfigFileText();
    return kDone;
  }
  const std::string& path = context.args.front();
  if (context.args.size() > 1 || path.starts_with("-")) {
    return UsageError(context, "`wsgate config init` takes one FILE or nothing");
  }
  // `x`: a file that somebody has written is never overwritten.
  std::FILE* file = std::fopen(path.c_str(), "wx");
  const std::string text = ConfigFileText();
  const bool written =
      file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int error = errno;
  const bool closed = file == nullptr || std::fclose(file) == 0;
  if (!written || !closed) {
    context.err << "cannot write " << path << ": " << std::strerror(error)
                << (error == EEXIST ? "; choose another name or remove it first\n"
                                    : "; check the path and who may write there\n");
    return kConfigWrong;
  }
  context.out << "wrote " << path << "\n";
  return kDone;
}

// Reads `[FILE] [FLAG...]`. Errors are about the command line.
absl::StatusOr<LoadInputs> ParseInputs(const Context& context) {
  std::vector<std::string> args(context.args.begin(), context.args.end());
  if (!args.empty() && !args.front().starts_with("-")) {
    args.front() = Cat("--config=", args.front());
  }
  absl::StatusOr<ParsedFlags> flags = ParseFlags(args);
  if (!flags.ok()) return flags.status();
  return LoadInputs{.file = std::move(flags->config_file),
                    .environment = context.environment,
                    .flags = std::move(flags->fields),
                    .dev = flags->dev};
}

int Check(const Context& context, const LoadedConfig& loaded) {
  const absl::Status status = Validate(loaded.config, context.open_file_limit);
  if (!status.ok()) {
    context.err << status.message() << "\n";
    return kConfigWrong;
  }
  for (const std::string& warning : ConfigWarnings(loaded.config)) {
    context.err << "warning: " << warning << "\n";
  }
  context.out << "ok\n";
  return kDone;
}

int Print(const Context& context, const LoadedConfig& loaded) {
  context.out << EffectiveConfigText(loaded);
  return kDone;
}

int LoadAnd(const Context& context, int (*use)(const Context&, const LoadedConfig&)) {
  const absl::StatusOr<LoadInputs> inputs = ParseInputs(context);
  if (!inputs.ok()) return UsageError(context, MessageOf(inputs.status()));
  const absl::StatusOr<LoadedConfig> loaded = LoadConfigWithSources(*inputs);
  if (!loaded.ok()) {
    context.err << loaded.status().message() << "\n";
    return kConfigWrong;
  }
  return use(context, *loaded);
}

int Schema(const Context& context) {
  if (!context.args.empty()) return UsageError(context, "`wsgate config schema` takes nothing");
  context.out << ConfigSchemaText();
  return kDone;
}

}  // namespace

int RunConfigCommand(std::span<const std::string> args, const NamedValues& environment,
                     uint64_t open_file_limit, std::ostream& out, std::ostream& err) {
  const Context context{args.empty() ? args : args.subspan(1), environment, open_file_limit, out,
                        err};
  if (args.empty()) return UsageError(context, "init, check, print or schema is missing");
  for (const std::string& arg : args) {
    if (arg != "--help" && arg != "-h") continue;
    out << kHelp;
    return kDone;
  }
  const std::string& name = args.front();
  if (name == "init") return Init(context);
  if (name == "check") return LoadAnd(context, Check);
  if (name == "print") return LoadAnd(context, Print);
  if (name == "schema") return Schema(context);
  const std::array<std::string, 4> known = {"init", "check", "print", "schema"};
  return UsageError(
      context, Cat("unknown subcommand \"", name, "\"; did you mean ", Nearest(name, known), "?"));
}

}  // namespace wsgate
