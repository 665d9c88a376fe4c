// The command line's first word chooses what the program does.
#include <iostream>
#include <string>
#include <vector>

#include "gateway/app/config_command.h"
#include "gateway/app/metrics_doc.h"
#include "gateway/app/serve.h"
#include "gateway/config/host.h"
#include "gateway/config/load.h"

namespace {

constexpr const char* kUsage =
    "wsgate " WSGATE_VERSION
    ": a WebSocket gateway that backend services drive over gRPC\n"
    "\n"
    "  wsgate serve --dev                 try it: loopback only, demo page, anybody is who they "
    "say\n"
    "  wsgate serve --config FILE         serve; `wsgate serve --help` lists every flag\n"
    "  wsgate config init|check|print|schema\n"
    "                                     write, check or show the configuration, or its JSON "
    "schema\n"
    "  wsgate metrics-doc                 the page that explains every metric\n"
    "  wsgate --version | --help\n";

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  const std::string command = args.empty() ? "" : args[0];
  const std::span<const std::string> rest = std::span(args).subspan(args.empty() ? 0 : 1);
  if (command == "serve") return wsgate::Serve(rest);
  if (command == "config") {
    return wsgate::RunConfigCommand(rest, wsgate::WsgateEnvironment(environ),
                                    wsgate::RaiseOpenFileLimit(), std::cout, std::cerr);
  }
  if (command == "metrics-doc") {
    std::cout << wsgate::MetricsDoc();
    return 0;
  }
  if (command == "--version" || command == "version") {
    std::cout << "wsgate " WSGATE_VERSION "\n";
    return 0;
  }
  const bool asked = command == "--help" || command == "-h" || command == "help";
  (asked ? std::cout : std::cerr) << (asked || command.empty()
                                          ? ""
                                          : "wsgate: unknown command \"" + command + "\"\n\n")
                                  << kUsage;
  return asked ? 0 : 2;
}
