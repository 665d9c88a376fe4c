// The file that tells scripts where a gateway listens.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "gateway/app/app.h"

namespace wsgate {

// Writes `{"client":"127.0.0.1:4711","control":…,"admin":…}`, whole or not at all.
[[nodiscard]] absl::Status WriteReadyFile(const std::string& path, const Addresses& addresses);

}  // namespace wsgate
