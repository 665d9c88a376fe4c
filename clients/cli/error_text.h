// A failed call as one line that says what to do, and as an exit code.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "clients/cli/exit_code.h"
#include "gateway/base/clock.h"

namespace wsgate::cli {

// `address` and `timeout` are those that the call was made with.
[[nodiscard]] std::string ErrorText(const absl::Status& status, const std::string& address,
                                    Duration timeout);

[[nodiscard]] ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace wsgate::cli
