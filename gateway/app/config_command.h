// `wsgate config init|check|print|schema`.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>

#include "gateway/config/setting.h"

namespace wsgate {

// Runs the subcommand that `args` starts with (what follows `wsgate config`).
// Returns the exit code: 0 done, 1 the configuration is wrong, 2 the command line is; what is wrong
// goes to `err`.
[[nodiscard]] int RunConfigCommand(std::span<const std::string> args,
                                   const NamedValues& environment, uint64_t open_file_limit,
                                   std::ostream& out, std::ostream& err);

}  // namespace wsgate
