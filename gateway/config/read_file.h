// Files that are read as a whole.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace wsgate {

// The file's bytes. Errors: `cannot read PATH: …`, or that it has more than `mib_max` MiB.
[[nodiscard]] absl::StatusOr<std::string> ReadFile(const std::string& path, size_t mib_max = 1);

}  // namespace wsgate
