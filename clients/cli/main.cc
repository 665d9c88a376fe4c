// wsgatectl: the control API from a terminal or a script.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "clients/cli/commands.h"

namespace wsgate::cli {
namespace {

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

ExitCode Main(const std::vector<std::string>& args) {
  setenv("GRPC_VERBOSITY", "NONE", /*replace=*/0);  // An error is one line, and ours.
  CommandLine line(&Variable);
  for (const auto add : {&AddSend, &AddBroadcast, &AddSessions, &AddDisconnect, &AddToken,
                         &AddRevoke, &AddStats, &AddLimits, &AddWatch, &AddTail, &AddDrain,
                         &AddHealth, &AddCheck, &AddCaller, &AddCompletion}) {
    add(line);
  }
  return line.Execute(args, std::cout, std::cerr);
}

}  // namespace
}  // namespace wsgate::cli

int main(int argc, char** argv) {
  return static_cast<int>(wsgate::cli::Main({argv + 1, argv + argc}));
}
