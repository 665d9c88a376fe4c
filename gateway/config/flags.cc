#include "gateway/config/flags.h"

#include <array>
#include <utility>
#include <vector>

#include "gateway/config/nearest.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

struct Group {
  std::string_view title;
  std::string_view prefix;  // Of the fields' names; the last group that fits has the field.
};

constexpr std::array<Group, 8> kGroups = {{{"Ports and node", ""},
                                           {"Identity", "auth."},
                                           {"Pages", "origins."},
                                           {"Log", "log."},
                                           {"Sessions", "session."},
                                           {"Drain", "drain."},
                                           {"Hooks", "hooks."},
                                           {"Limits (a reload changes them)", "limits."}}};

size_t GroupOf(const Field& field) {
  size_t group = kGroups.size() - 1;
  while (!field.name.starts_with(kGroups[group].prefix)) --group;  // The first fits every name.
  return group;
}

std::string_view Placeholder(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return " TEXT";
    case FieldType::kAddress:
      return " HOST:PORT";
    case FieldType::kTargets:
      return " HOST:PORT,...";
    case FieldType::kList:
      return " TEXT,...";
    case FieldType::kBool:
      return "";
    case FieldType::kEnum:
      return " WORD";
    case FieldType::kCount:
      return " COUNT";
    case FieldType::kBytes:
      return " SIZE";
    case FieldType::kDuration:
      return " TIME";
  }
  return "";
}

const Field* FieldOfFlag(std::string_view flag) {
  for (const Field& field : Fields()) {
    if (FlagName(field) == flag) return &field;
  }
  return nullptr;
}

absl::Status UnknownFlag(std::string_view flag) {
  std::vector<std::string> known = {"--config", "--dev", "--help"};
  for (const Field& field : Fields()) known.push_back(FlagName(field));
  return Invalid("unknown flag ", flag, "; did you mean ", Nearest(flag, known), "?");
}

// Walks the arguments; `name` and `value` are those of the current one.
class ArgReader {
 public:
  explicit ArgReader(std::span<const std::string> args) : args_(args) {}

  // False at the end.
  bool Next() {
    if (at_ == args_.size()) return false;
    const std::string_view arg = args_[at_++];
    const size_t equals = arg.starts_with("--") ? arg.find('=') : std::string_view::npos;
    name = arg.substr(0, equals);
    value.reset();
    if (equals != std::string_view::npos) value = std::string(arg.substr(equals + 1));
    return true;
  }

  // The value after `=`, or else the next argument.
  absl::StatusOr<std::string> TakeValue(std::string_view example) {
    if (value) return *value;
    if (at_ < args_.size() && !args_[at_].starts_with("--")) return args_[at_++];
    return Invalid(name, " needs a value; write ", name, "=", example);
  }

  // A bool may stand alone; what follows is its value only if it can be nothing else.
  std::string TakeBool() {
    if (value) return *value;
    const bool next = at_ < args_.size() && (args_[at_] == "true" || args_[at_] == "false");
    return next ? args_[at_++] : "true";
  }

  std::string_view name;
  std::optional<std::string> value;

 private:
  std::span<const std::string> args_;
  size_t at_ = 0;
};

absl::Status ReadFieldFlag(ArgReader& reader, ParsedFlags& flags) {
  const Field* field = FieldOfFlag(reader.name);
  if (field == nullptr) return UnknownFlag(reader.name);
  if (field->type == FieldType::kBool) {
    flags.fields.emplace_back(field->name, reader.TakeBool());
    return absl::OkStatus();
  }
  const std::string example = DefaultOf(*field);
  absl::StatusOr<std::string> value = reader.TakeValue(example.empty() ? "VALUE" : example);
  if (!value.ok()) return value.status();
  flags.fields.emplace_back(field->name, *std::move(value));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ParsedFlags> ParseFlags(std::span<const std::string> args) {
  ParsedFlags flags;
  ArgReader reader(args);
  while (reader.Next()) {
    const bool is_switch = reader.name == "--dev" || reader.name == "--help" || reader.name == "-h";
    if (is_switch && reader.value) {
      return Invalid(reader.name, " takes no value");
    }
    if (reader.name == "--dev") {
      flags.dev = true;
    } else if (is_switch) {
      flags.help = true;
    } else if (reader.name == "--config") {
      absl::StatusOr<std::string> file = reader.TakeValue("wsgate.yaml");
      if (!file.ok()) return file.status();
      flags.config_file = *std::move(file);
    } else if (!reader.name.starts_with("-")) {
      return Invalid("\"", reader.name, "\" is not a flag; flags start with --, see --help");
    } else if (const absl::Status status = ReadFieldFlag(reader, flags); !status.ok()) {
      return status;
    }
  }
  return flags;
}

std::string ServeHelp() {
  std::string help =
      "Usage: wsgate serve [FLAG...]\n"
      "\n"
      "Runs the gateway. Every field may stand in a YAML file, in the environment and on the "
      "command line; a flag beats\n"
      "the environment, the environment beats the file. `wsgate config init` writes a file to "
      "start from.\n"
      "\n"
      "  --config FILE  YAML file; without it the one that WSGATE_CONFIG names; without that "
      "none.\n"
      "  --dev          To try it out: insecure identity, loopback only, text log, demo page.\n"
      "  --help         Shows this.\n";
  for (size_t group = 0; group < kGroups.size(); ++group) {
    Append(help, "\n", kGroups[group].title, "\n");
    for (const Field& field : Fields()) {
      if (GroupOf(field) != group) continue;
      const std::string value = DefaultOf(field);
      Append(help, "  ", FlagName(field), Placeholder(field.type), "\n      ", field.help,
             "\n      Default: ", value.empty() ? "empty" : value,
             ". Allowed: ", DescribeRange(field), ". Environment: ", EnvironmentName(field), "\n");
    }
  }
  return help;
}

}  // namespace wsgate
