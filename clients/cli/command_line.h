// The tree of commands, and how one of them is found and run.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "clients/cli/context.h"

namespace wsgate::cli {

using Run = std::function<ExitCode(Context&)>;

// Flow:    main → CommandLine: every Add…() of commands.h puts its command into the tree →
// Execute(). Owner:   main.   Threads: one. Bounds:  what the commands' flags hold.
class CommandLine {
 public:
  // `environment` reads a variable; empty where it is not set.
  explicit CommandLine(const std::function<std::string(const char*)>& environment);

  // A command under `parent` with the global flags. Without OnRun() it only groups others.
  CLI::App& Add(CLI::App& parent, const std::string& name, const std::string& text);
  void OnRun(const CLI::App& command, Run run);
  // The same for one that talks to no gateway.
  void OnRunAlone(const CLI::App& command, Run run);

  // Reads the arguments and does what they say.
  ExitCode Execute(std::span<const std::string> args, std::ostream& out, std::ostream& err);

  CLI::App& root() { return root_; }

 private:
  struct Command {
    const CLI::App* app;
    bool alone;
    Run run;
  };

  void AddGlobalFlags(CLI::App& app);
  ExitCode RunParsed(Context& context);

  Settings settings_;
  CLI::App root_;
  std::vector<Command> commands_;
};

}  // namespace wsgate::cli
