// The configuration written out: an annotated file, the values in force, a schema.
#pragma once

#include <string>

#include "gateway/config/load.h"

namespace wsgate {

// A YAML file with every field, its help, range and default; the values are commented out.
[[nodiscard]] std::string ConfigFileText();

// The values in force as YAML, each with its source beside it.
[[nodiscard]] std::string EffectiveConfigText(const LoadedConfig& loaded);

// JSON schema (draft 2020-12) of the file.
[[nodiscard]] std::string ConfigSchemaText();

}  // namespace wsgate
