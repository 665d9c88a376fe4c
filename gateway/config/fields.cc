#include "gateway/config/fields.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "absl/strings/ascii.h"
#include "gateway/base/check.h"
#include "gateway/config/address.h"
#include "gateway/config/strings.h"
#include "gateway/config/value.h"

namespace wsgate {
namespace {

// Calls `visit` with a reference to the field's place in `config`.
template <typename ConfigT, typename Visit>
auto VisitField(const Field& field, ConfigT& config, Visit visit) {
  const auto on_member = [&]<typename Owner, typename Value>(Value Owner::*member) {
    if constexpr (std::is_same_v<Owner, Limits>) {
      return visit(config.limits.*member);
    } else {
      return visit(config.*member);
    }
  };
  return std::visit(on_member, field.member);
}

struct NumberIn {
  uint64_t operator()(const std::string&) const { return 0; }
  uint64_t operator()(bool) const { return 0; }
  uint64_t operator()(uint32_t value) const { return value; }
  uint64_t operator()(uint64_t value) const { return value; }
  // A negative time becomes a number that no range allows.
  uint64_t operator()(Duration value) const { return static_cast<uint64_t>(value.count()); }
};

std::string TextOf(const Field& field, const Config& config) {
  return VisitField(field, config, [](const auto& value) -> std::string {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) return value;
    return "";
  });
}

std::string FormatNumber(const Field& field, uint64_t value) {
  if (value == 0 && !field.zero.empty()) return std::string(field.zero);
  if (field.type == FieldType::kBytes) return FormatBytes(value);
  if (field.type == FieldType::kDuration) {
    return FormatDuration(Duration(static_cast<int64_t>(value)));
  }
  return Cat(value);
}

bool IsNumber(FieldType type) {
  return type == FieldType::kCount || type == FieldType::kBytes || type == FieldType::kDuration;
}

absl::StatusOr<uint64_t> ParseNumber(const Field& field, std::string_view text) {
  if (!field.zero.empty() && text == field.zero) return 0;
  // YAML 1.1, which most templating tools speak, turns a bare `off` into `false`.
  if (field.zero == "off" && text == "false") return 0;
  if (field.type == FieldType::kBytes) return ParseBytes(text);
  if (field.type == FieldType::kCount) return ParseCount(text);
  const absl::StatusOr<Duration> duration = ParseDuration(text);
  if (!duration.ok()) return duration.status();
  return static_cast<uint64_t>(duration->count());
}

absl::Status BadValue(const Field& field, std::string_view message) {
  return Invalid(field.name, ": ", message);
}

std::string OutOfRange(const Field& field, uint64_t value) {
  return Cat(field.name, " is ", FormatNumber(field, value), ", but must be ",
             DescribeRange(field));
}

absl::Status SetBool(const Field& field, std::string_view text, Config& config) {
  if (text != "true" && text != "false") {
    return BadValue(field, Cat("\"", text, "\" is neither true nor false; write one of them"));
  }
  config.*std::get<bool Config::*>(field.member) = text == "true";
  return absl::OkStatus();
}

absl::Status SetNumber(const Field& field, std::string_view text, Config& config) {
  const absl::StatusOr<uint64_t> number = ParseNumber(field, text);
  if (!number.ok()) {
    const std::string word = field.zero.empty() ? "" : Cat(", or ", field.zero);
    return BadValue(field, Cat(MessageOf(number.status()), word));
  }
  // Before it is narrowed to the field's own type.
  if (*number > field.max) return absl::InvalidArgumentError(OutOfRange(field, *number));
  VisitField(field, config, [&]<typename Value>(Value& place) {
    if constexpr (std::is_same_v<Value, Duration>) place = Duration(static_cast<int64_t>(*number));
    if constexpr (std::is_unsigned_v<Value>) place = static_cast<Value>(*number);
  });
  return absl::OkStatus();
}

void SetText(const Field& field, std::string_view text, Config& config) {
  const auto& choices = field.choices;
  const bool has_off = std::find(choices.begin(), choices.end(), "off") != choices.end();
  if (has_off && text == "false") text = "off";  // YAML 1.1 again.
  VisitField(field, config, [&]<typename Value>(Value& place) {
    if constexpr (std::is_same_v<Value, std::string>) place = std::string(text);
  });
}

std::optional<std::string> CheckNumber(const Field& field, const Config& config) {
  const uint64_t value = NumberOf(field, config);
  if (value == 0 && !field.zero.empty()) return std::nullopt;
  if (value >= field.min && value <= field.max) return std::nullopt;
  return OutOfRange(field, value);
}

std::optional<std::string> CheckText(const Field& field, const Config& config) {
  const std::string value = TextOf(field, config);
  if (value.size() < field.min || value.size() > field.max) {
    return Cat(field.name, " has ", value.size(), " bytes, but must have ", field.min, " to ",
               field.max);
  }
  const auto is_control = [](unsigned char c) { return absl::ascii_iscntrl(c); };
  if (std::any_of(value.begin(), value.end(), is_control)) {
    return Cat(field.name, " has a control character; write it without");
  }
  return std::nullopt;
}

std::optional<std::string> CheckChoice(const Field& field, const Config& config) {
  const std::string value = TextOf(field, config);
  const auto& choices = field.choices;
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return std::nullopt;
  if (value.empty() && DefaultOf(field).empty()) return std::nullopt;
  return Cat(field.name, " is \"", value, "\", but must be ", DescribeRange(field));
}

std::string DescribeChoices(std::span<const std::string_view> choices) {
  std::string out;
  for (size_t i = 0; i < choices.size(); ++i) {
    Append(out, i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ", choices[i]);
  }
  return out;
}

}  // namespace

const Field* FindField(std::string_view name) {
  for (const Field& field : Fields()) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

bool IsSection(std::string_view name) {
  const std::string prefix = Cat(name, ".");
  return std::any_of(Fields().begin(), Fields().end(),
                     [&](const Field& field) { return field.name.starts_with(prefix); });
}

std::string EnvironmentName(const Field& field) {
  std::string name = Cat("WSGATE_", field.name);
  for (char& c : name) c = c == '.' ? '_' : absl::ascii_toupper(c);
  return name;
}

std::string FlagName(const Field& field) {
  std::string name = Cat("--", field.name);
  for (char& c : name) c = c == '.' || c == '_' ? '-' : c;
  return name;
}

uint64_t NumberOf(const Field& field, const Config& config) {
  return VisitField(field, config, NumberIn{});
}

std::string GetField(const Field& field, const Config& config) {
  if (IsNumber(field.type)) return FormatNumber(field, NumberOf(field, config));
  if (field.type != FieldType::kBool) return TextOf(field, config);
  return config.*std::get<bool Config::*>(field.member) ? "true" : "false";
}

std::string DefaultOf(const Field& field) {
  return GetField(field, Config{});
}

absl::Status SetField(const Field& field, std::string_view text, Config& config) {
  Config changed = config;
  absl::Status status;
  if (field.type == FieldType::kBool) {
    status = SetBool(field, text, changed);
  } else if (IsNumber(field.type)) {
    status = SetNumber(field, text, changed);
  } else {
    SetText(field, text, changed);
  }
  if (!status.ok()) return status;
  if (const std::optional<std::string> error = CheckField(field, changed)) {
    return absl::InvalidArgumentError(*error);
  }
  config = std::move(changed);
  return absl::OkStatus();
}

std::optional<std::string> CheckField(const Field& field, const Config& config) {
  switch (field.type) {
    case FieldType::kBool:
      return std::nullopt;
    case FieldType::kString:
    case FieldType::kList:
      return CheckText(field, config);
    case FieldType::kEnum:
      return CheckChoice(field, config);
    case FieldType::kAddress: {
      const absl::StatusOr<Address> address = ParseAddress(TextOf(field, config));
      if (address.ok()) return std::nullopt;
      return Cat(field.name, ": ", MessageOf(address.status()));
    }
    case FieldType::kTargets: {
      const absl::StatusOr<std::vector<std::string>> targets = ParseTargets(TextOf(field, config));
      if (targets.ok()) return std::nullopt;
      return Cat(field.name, ": ", MessageOf(targets.status()));
    }
    case FieldType::kCount:
    case FieldType::kBytes:
    case FieldType::kDuration:
      return CheckNumber(field, config);
  }
  return std::nullopt;
}

std::string DescribeRange(const Field& field) {
  switch (field.type) {
    case FieldType::kBool:
      return "true or false";
    case FieldType::kString:
      return Cat("text of up to ", field.max, " bytes");
    case FieldType::kAddress:
      return "HOST:PORT";
    case FieldType::kTargets:
      return "HOST:PORT, or several with commas between";
    case FieldType::kList:
      return Cat("one or more, with commas between, up to ", field.max, " bytes");
    case FieldType::kEnum:
      return DescribeChoices(field.choices);
    case FieldType::kCount:
    case FieldType::kBytes:
    case FieldType::kDuration:
      break;
  }
  const std::string zero = field.zero.empty() ? "" : Cat(field.zero, " or ");
  return Cat(zero, FormatNumber(field, field.min), " to ", FormatNumber(field, field.max));
}

}  // namespace wsgate
