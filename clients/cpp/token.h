// The secret with which a program proves who it is, kept in a file and never on a command line.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace wsgate::client {

// What the file holds, without blanks and newlines at its ends. Errors: InvalidArgument where it
// cannot be read, is empty, is longer than 16 KiB, or holds what no HTTP header may; none quotes
// the token.
[[nodiscard]] absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

}  // namespace wsgate::client
