// The process's log: spdlog, one JSON object a line or text for a terminal, to standard error.
#pragma once

#include "gateway/config/config.h"

namespace wsgate {

// Sets spdlog's default logger by log.level and log.format.
void SetUpLogging(const Config& config);

}  // namespace wsgate
