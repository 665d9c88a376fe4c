// WSGATE_ variables as settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/setting.h"

namespace wsgate {

// The variable that names the configuration file.
inline constexpr std::string_view kConfigFileVariable = "WSGATE_CONFIG";

// One setting for each WSGATE_ variable that is a field. An unknown one adds a line to `errors`,
// unless Kubernetes may have put it there.
[[nodiscard]] std::vector<Setting> EnvironmentSettings(const NamedValues& environment,
                                                       std::vector<std::string>& errors);

// The file that WSGATE_CONFIG names, if it is there and not empty.
[[nodiscard]] std::optional<std::string> ConfigFileOf(const NamedValues& environment);

// Whether Kubernetes injects a variable of this form for a Service whose name starts with `wsgate`:
// *_SERVICE_HOST, *_SERVICE_PORT, *_SERVICE_PORT_<name>, *_PORT, *_PORT_<n>_*.
[[nodiscard]] bool IsKubernetesServiceVariable(std::string_view name);

}  // namespace wsgate
