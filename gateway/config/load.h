// Puts a configuration together: flag > environment > file > --dev > default.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/config/config.h"
#include "gateway/config/setting.h"

namespace wsgate {

struct LoadInputs {
  std::optional<std::string>
      file;                 // Path of a YAML file; without it WSGATE_CONFIG's, without that none.
  NamedValues environment;  // All of it, or only what starts with WSGATE_.
  NamedValues flags;        // Dotted field name and value, as ParseFlags() gives them.
  bool dev = false;         // --dev: a preset above the defaults, and loopback only.
};

struct LoadedConfig {
  Config config;
  std::vector<Source> sources;      // Of each of Fields(), in their order.
  std::optional<std::string> file;  // The file that was read: what to watch.
};

// Reads and merges. Values are checked one by one; what they mean together is Validate()'s.
// Errors: InvalidArgument (or the file's own code) with one line for each mistake: where it stands,
// what is wrong, what to do.
[[nodiscard]] absl::StatusOr<LoadedConfig> LoadConfigWithSources(const LoadInputs& inputs);

// The same without the sources.
[[nodiscard]] absl::StatusOr<Config> LoadConfig(const LoadInputs& inputs);

// The pairs of a process environment (`environ`) that start with WSGATE_.
[[nodiscard]] NamedValues WsgateEnvironment(const char* const* environment);

}  // namespace wsgate
