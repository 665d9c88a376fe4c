// The one table of everything that can be configured: names, ranges, defaults and texts. The file,
// the environment, the flags, the checks, the help and the schema are all made from it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "gateway/config/config.h"

namespace wsgate {

enum class FieldType : uint8_t {
  kString,    // min and max are bytes.
  kAddress,   // HOST:PORT.
  kTargets,   // HOST:PORT of other machines, with commas between; empty: none.
  kList,      // Texts with commas between; a file may have a list.
  kBool,      // true or false.
  kEnum,      // One of `choices`, or the default where that is empty.
  kCount,     // A whole number.
  kBytes,     // Bytes.
  kDuration,  // Nanoseconds inside, h to ns outside.
};

using FieldMember =
    std::variant<std::string Config::*, bool Config::*, uint32_t Config::*, uint64_t Config::*,
                 Duration Config::*, uint64_t Limits::*, Duration Limits::*>;

struct Field {
  std::string_view name;  // `limits.sessions_per_node_max`.
  FieldType type = FieldType::kString;
  FieldMember member;
  uint64_t min = 0;  // Of numbers and lengths, both ends included. 0 is allowed besides where
                     // `zero` has a word for it.
  uint64_t max = 0;
  std::string_view zero;  // What 0 is called, `off` or `auto`; empty: 0 is a number like any other.
  std::span<const std::string_view> choices;
  std::string_view help;    // One sentence.
  bool reloadable = false;  // Whether a reload changes it; everything else needs a restart.
};

// Every field, in the order in which it is shown.
[[nodiscard]] std::span<const Field> Fields();

// nullptr where there is no such field.
[[nodiscard]] const Field* FindField(std::string_view name);

// Whether `name` is a group of fields (`limits`, `control.auth`).
[[nodiscard]] bool IsSection(std::string_view name);

// The name in the environment (`WSGATE_LIMITS_SESSIONS_PER_NODE_MAX`) and as a flag
// (`--limits-sessions-per-node-max`).
[[nodiscard]] std::string EnvironmentName(const Field& field);
[[nodiscard]] std::string FlagName(const Field& field);

// The value as it is written: `64KiB`, `10s`, `off`.
[[nodiscard]] std::string GetField(const Field& field, const Config& config);

// Reads `text` into the field. Errors: InvalidArgument, names field, value and what is allowed;
// `config` is unchanged.
[[nodiscard]] absl::Status SetField(const Field& field, std::string_view text, Config& config);

// What is wrong with the field's value by itself, as a sentence; nullopt: nothing.
[[nodiscard]] std::optional<std::string> CheckField(const Field& field, const Config& config);

// What is allowed, for people: `off or 1 to 1024`, `10ms to 1m`, `json or text`, `HOST:PORT`.
[[nodiscard]] std::string DescribeRange(const Field& field);

// The default as GetField() writes it.
[[nodiscard]] std::string DefaultOf(const Field& field);

// The number inside: a count, bytes or nanoseconds. Only for fields of those types.
[[nodiscard]] uint64_t NumberOf(const Field& field, const Config& config);

}  // namespace wsgate
