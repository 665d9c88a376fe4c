// The command line of `wsgate serve` and of `wsgate config check|print`.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/config/setting.h"

namespace wsgate {

struct ParsedFlags {
  std::optional<std::string> config_file;  // --config FILE.
  bool dev = false;                        // --dev.
  bool help = false;                       // --help, -h.
  NamedValues fields;  // Dotted field name and value, in the order given; the last one wins.
};

// Reads what follows the subcommand: `--name VALUE`, `--name=VALUE`, and for a bool also `--name`
// alone. Errors: InvalidArgument, names the argument, and for an unknown flag the nearest one there
// is.
[[nodiscard]] absl::StatusOr<ParsedFlags> ParseFlags(std::span<const std::string> args);

// Every flag with its default, range and help, in groups.
[[nodiscard]] std::string ServeHelp();

}  // namespace wsgate
