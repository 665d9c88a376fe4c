// The configuration file as settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/config/setting.h"

namespace wsgate {

inline constexpr size_t kConfigFileBytesMax = 1 << 20;

// The whole file. Errors: NotFound, PermissionDenied or InvalidArgument, each says what to do.
[[nodiscard]] absl::StatusOr<std::string> ReadConfigFile(const std::string& path);

// One setting for each field that `text` has. Every mistake adds `PATH:LINE: …` to `errors`.
[[nodiscard]] std::vector<Setting> YamlSettings(const std::string& text, const std::string& path,
                                                std::vector<std::string>& errors);

// `value` as a YAML scalar that every YAML version reads as the same text; quoted where it must be.
[[nodiscard]] std::string YamlScalar(const Field& field, std::string_view value);

}  // namespace wsgate
