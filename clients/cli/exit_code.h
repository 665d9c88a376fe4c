// What the process says to its caller; docs/wsgatectl.md explains each to users.
#pragma once

#include <cstdint>

namespace wsgate::cli {

enum class ExitCode : uint8_t {
  kOk = 0,
  kRefused = 1,      // The gateway refused the call, in whole or in part.
  kUsage = 2,        // The command line, or a file that it names, is wrong. Nothing was called.
  kUnreachable = 3,  // No connection, no answer in time, or the gateway is stopping.
  kNobody = 4,       // The call went well and reached nobody.
};

}  // namespace wsgate::cli
