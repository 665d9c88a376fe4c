// `wsgate serve`: from the command line to the exit code.
#pragma once

#include <span>
#include <string>

namespace wsgate {

// Runs until a drain is over. Returns the exit code: 0 drained, 1 it could not start, 2 the command
// line is wrong.
[[nodiscard]] int Serve(std::span<const std::string> args);

}  // namespace wsgate
