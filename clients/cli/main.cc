// wsgatectl: the control API from a terminal or a script.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "clients/cli/commands.h"

int main(int argc, char** argv) {
  using namespace wsgate::cli;
  CommandLine line([](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  });
  for (const auto add : {&AddSend, &AddBroadcast, &AddSessions, &AddDisconnect, &AddStats,
                         &AddLimits, &AddWatch, &AddTail, &AddDrain, &AddHealth, &AddCompletion}) {
    add(line);
  }
  const std::vector<std::string> args(argv + 1, argv + argc);
  return static_cast<int>(line.Execute(args, std::cout, std::cerr));
}
