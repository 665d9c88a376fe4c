// Whether a whole configuration makes sense on this machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/config/config.h"

namespace wsgate {

// Everything that is wrong, each by itself; empty: nothing.
[[nodiscard]] std::vector<FieldError> CheckConfig(const Config& config, uint64_t open_file_limit);

// The same as one status: InvalidArgument with one line for each thing that is wrong and what to do
// about it.
[[nodiscard]] absl::Status Validate(const Config& config, uint64_t open_file_limit);

// What works but hardly as meant, one sentence each: for the log at the start and for `wsgate
// config check`.
[[nodiscard]] std::vector<std::string> ConfigWarnings(const Config& config);

// Names of fields that differ and that a reload does not change: they need a restart.
[[nodiscard]] std::vector<std::string> FieldsThatNeedRestart(const Config& running,
                                                             const Config& loaded);

}  // namespace wsgate
