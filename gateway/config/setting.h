// One value for one field, and where somebody wrote it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gateway/config/fields.h"

namespace wsgate {

// In rising order of strength.
enum class SourceKind : uint8_t { kDefault, kDev, kFile, kEnvironment, kFlag };

struct Source {
  SourceKind kind = SourceKind::kDefault;
  std::string where;  // `wsgate.yaml:3`, `WSGATE_DEMO`, `--demo`; empty for defaults and --dev.

  // For people: `default`, `file wsgate.yaml:3`, `environment WSGATE_DEMO`, `flag --demo`.
  [[nodiscard]] std::string ToString() const;
};

struct Setting {
  const Field* field = nullptr;
  std::string value;
  Source source;
};

// Names and values: of the environment, or dotted field names from flags.
using NamedValues = std::vector<std::pair<std::string, std::string>>;

}  // namespace wsgate
