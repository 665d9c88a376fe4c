#include "clients/cli/command_line.h"

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <utility>

#include "clients/cli/flags.h"
#include "clients/cli/help.h"
#include "clients/cli/unknown.h"
#include "gateway/config/strings.h"
#include "gateway/websocket/utf8.h"

namespace wsgate::cli {
namespace {

// protobuf's strings must be UTF-8; here it can still be said which argument is not.
std::optional<std::string> NotUtf8(std::span<const std::string> args) {
  for (size_t at = 0; at < args.size(); ++at) {
    Utf8Checker checker;
    if (checker.Push(args[at]) && checker.complete()) continue;
    return Cat("argument ", at + 1, " is not UTF-8; send bytes with --binary-file FILE");
  }
  return std::nullopt;
}

// The innermost command that was named.
const CLI::App& Innermost(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

std::string SeeHelp(const CLI::App& app) {
  return Cat("; see ", PathOf(app), " --help");
}

}  // namespace

CommandLine::CommandLine(const std::function<std::string(const char*)>& environment)
    : root_("Drives a wsgate gateway from a terminal or a script.", "wsgatectl") {
  if (const std::string address = environment("WSGATECTL_ADDRESS"); !address.empty()) {
    settings_.address = address;
  }
  root_.formatter_fn(&HelpText);
  root_.set_help_flag("-h,--help", "show this");
  root_.set_version_flag("--version", "wsgatectl " WSGATE_VERSION, "show the version");
  root_.require_subcommand(1);
  AddGlobalFlags(root_);
}

CLI::App& CommandLine::Add(CLI::App& parent, const std::string& name, const std::string& text) {
  CLI::App& app = *parent.add_subcommand(name, text);
  app.footer("");  // Not its parent's examples.
  AddGlobalFlags(app);
  return app;
}

void CommandLine::AddGlobalFlags(CLI::App& app) {
  const auto add = [&app](const char* name, std::string& value, const char* type,
                          const char* help) {
    return AddValue(app, name, value, type, help)->group(kGlobalFlags);
  };
  add("--address", settings_.address, "HOST:PORT",
      "the gateway's control port; default: WSGATECTL_ADDRESS, else 127.0.0.1:50051");
  add("--timeout", settings_.timeout, "TIME", "how long a call may take; default: 10s");
  add("--token-file", settings_.token_file, "FILE",
      "a file with the token that proves who you are");
  add("--tls-ca", settings_.tls.ca, "FILE", "TLS; certificates in PEM that sign the gateway's");
  add("--tls-cert", settings_.tls.certificate, "FILE", "TLS; a certificate that says who you are");
  add("--tls-key", settings_.tls.key, "FILE", "its private key");
  add("--tls-name", settings_.tls.name, "NAME",
      "TLS; the name in the gateway's certificate; default: the host of --address");
  AddChoice(*add("-o,--output", settings_.output, "table|json", "how to print; default: table"));
  AddChoice(*add("--color", settings_.color, "auto|always|never",
                 "default: auto, on a terminal unless NO_COLOR is set"));
}

void CommandLine::OnRun(const CLI::App& command, Run run) {
  commands_.push_back({&command, false, std::move(run)});
}

void CommandLine::OnRunAlone(const CLI::App& command, Run run) {
  commands_.push_back({&command, true, std::move(run)});
}

ExitCode CommandLine::Execute(std::span<const std::string> args, std::ostream& out,
                              std::ostream& err) {
  if (!args.empty() && args.front() == "help") {  // `help send` is `send --help`.
    std::vector<std::string> asked(args.begin() + 1, args.end());
    asked.emplace_back("--help");
    return Execute(asked, out, err);
  }
  const Paint paint(WantsColour("auto", isatty(STDERR_FILENO) == 1));
  const auto usage = [&](const std::string& text) {
    PrintError(err, paint, text);
    return ExitCode::kUsage;
  };
  if (args.empty()) {
    err << root_.help();
    return ExitCode::kUsage;
  }
  if (const auto bad = NotUtf8(args)) return usage(*bad);
  if (const auto unknown = FindUnknown(root_, args)) return usage(*unknown);
  try {
    root_.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::CallForVersion& version) {
    out << version.what() << "\n";
    return ExitCode::kOk;
  } catch (const CLI::CallForHelp&) {
    out << root_.help();  // Goes down to the command that was asked about.
    return ExitCode::kOk;
  } catch (const CLI::ParseError& error) {
    const CLI::App& app = Innermost(root_);
    const bool no_command = app.get_require_subcommand_min() > 0 && app.get_subcommands().empty();
    return usage(Cat(no_command ? "which command?" : error.what(), SeeHelp(app)));
  }
  Context context(settings_, out, err);
  return RunParsed(context);
}

ExitCode CommandLine::RunParsed(Context& context) {
  const CLI::App* const app = &Innermost(root_);
  for (const Command& command : commands_) {
    if (command.app != app) continue;
    if (!command.alone) {
      if (const absl::Status bad = context.Connect(); !bad.ok()) {
        return context.Usage(MessageOf(bad));
      }
    }
    return command.run(context);
  }
  return context.Usage(Cat("which command?", SeeHelp(*app)));
}

}  // namespace wsgate::cli
