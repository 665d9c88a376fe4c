#include "gateway/config/yaml_file.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "gateway/config/nearest.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

// Turns a document into settings. Goes only where the field table has a group, so no file makes it
// deep.
class Walker {
 public:
  Walker(const std::string& path, std::vector<std::string>& errors)
      : path_(path), errors_(errors) {}

  void WalkSection(const YAML::Node& section, const std::string& prefix) {
    std::map<std::string, int> lines;  // Where each key stood first.
    for (const auto& pair : section) {
      const YAML::Node& key = pair.first;
      if (!key.IsScalar()) {
        AddError(key, "a name is expected here; write a field's name and a colon");
        continue;
      }
      const auto [first, is_new] = lines.emplace(key.Scalar(), LineOf(key));
      if (!is_new) {
        AddError(key, Cat("\"", prefix, key.Scalar(),
                          "\" stands here a second time, the first is in line ", first->second,
                          "; keep one of them"));
        continue;
      }
      WalkEntry(key, pair.second, prefix);
    }
  }

  std::vector<Setting> TakeSettings() { return std::move(settings_); }

 private:
  static int LineOf(const YAML::Node& node) { return node.Mark().line + 1; }

  void AddError(const YAML::Node& node, std::string_view message) {
    errors_.push_back(Cat(path_, ":", LineOf(node), ": ", message));
  }

  void WalkEntry(const YAML::Node& key, const YAML::Node& value, const std::string& prefix) {
    const std::string name = Cat(prefix, key.Scalar());
    const bool has_dot = key.Scalar().find('.') != std::string::npos;
    const Field* field = FindField(name);
    if (has_dot && (field != nullptr || IsSection(name))) {
      AddError(key, Cat("\"", key.Scalar(), "\" is written with dots; nest it: ",
                        key.Scalar().substr(0, key.Scalar().find('.')),
                        ": in one line, the rest indented below it"));
    } else if (field != nullptr) {
      WalkField(*field, key, value);
    } else if (!IsSection(name)) {
      AddError(key, Cat("unknown field \"", name, "\"; did you mean \"", NearestField(name, prefix),
                        "\"?"));
    } else if (value.IsMap()) {
      WalkSection(value, Cat(name, "."));
    } else if (!value.IsNull()) {  // A group may be empty: its fields are commented out.
      AddError(key, Cat("\"", name, "\" is a group of fields; write them below it, indented"));
    }
  }

  void WalkField(const Field& field, const YAML::Node& key, const YAML::Node& value) {
    if (value.IsNull()) {
      AddError(key, Cat("\"", field.name, "\" has no value; write one (", DescribeRange(field),
                        ") or remove the line"));
    } else if (value.IsSequence() && field.type == FieldType::kList) {
      WalkList(field, key, value);
    } else if (!value.IsScalar()) {
      AddError(key, Cat("\"", field.name, "\" takes one value (", DescribeRange(field), "), not a ",
                        value.IsMap() ? "group" : "list"));
    } else {
      const std::string where = Cat(path_, ":", LineOf(key));
      settings_.push_back({&field, value.Scalar(), {SourceKind::kFile, where}});
    }
  }

  // A list is its entries with commas between, as the other places have it.
  void WalkList(const Field& field, const YAML::Node& key, const YAML::Node& list) {
    std::string joined;
    for (const YAML::Node& entry : list) {
      const bool good = entry.IsScalar() && !entry.Scalar().empty() &&
                        entry.Scalar().find(',') == std::string::npos;
      if (!good) {
        return AddError(key, Cat("\"", field.name, "\" takes a list of texts without commas"));
      }
      Append(joined, joined.empty() ? "" : ", ", entry.Scalar());
    }
    if (joined.empty()) return AddError(key, Cat("\"", field.name, "\" is an empty list"));
    settings_.push_back({&field, joined, {SourceKind::kFile, Cat(path_, ":", LineOf(key))}});
  }

  // Of all fields, and of the groups that may stand where `name` stands.
  static std::string NearestField(const std::string& name, const std::string& prefix) {
    std::vector<std::string> known;
    for (const Field& field : Fields()) {
      const std::string full(field.name);
      known.push_back(full);
      for (size_t dot = full.find('.'); dot != std::string::npos; dot = full.find('.', dot + 1)) {
        if (full.starts_with(prefix) && dot > prefix.size()) known.push_back(full.substr(0, dot));
      }
    }
    return Nearest(name, known);
  }

  const std::string& path_;
  std::vector<std::string>& errors_;
  std::vector<Setting> settings_;
};

// The first line with a tab before its first word; YAML forbids it, and parsers say so in many
// ways.
std::optional<int> LineWithTab(std::string_view text) {
  int number = 0;
  for (const std::string& line : Split(text, '\n')) {
    ++number;
    const size_t word = line.find_first_not_of(" \t\r");
    if (word == std::string::npos || line[word] == '#') continue;
    if (line.find('\t') < word) return number;
  }
  return std::nullopt;
}

// Where a document starts; what is in it does not matter.
class DocumentStart final : public YAML::EventHandler {
 public:
  YAML::Mark mark;
  void OnDocumentStart(const YAML::Mark& at) override { mark = at; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Whether a second document follows. The parser's own LoadAll() reads documents until memory is
// over where one starts with a sign that it leaves standing. Throws as the parser does.
bool HasSecondDocument(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStart document;
  int before = -1;
  int count = 0;
  while (count < 3 && parser.HandleNextDocument(document)) {
    if (document.mark.pos == before) {
      throw YAML::ParserException(document.mark, "no value can start like this");
    }
    before = document.mark.pos;
    ++count;
  }
  return count > 1;
}

}  // namespace

absl::StatusOr<std::string> ReadConfigFile(const std::string& path) {
  constexpr std::string_view kHint =
      "; check the path (--config or WSGATE_CONFIG) and who may read it";
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    text.resize(kConfigFileBytesMax + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad()) {
    const int error = errno == 0 ? EIO : errno;
    return absl::Status(absl::ErrnoToStatusCode(error),
                        Cat("cannot read ", path, ": ", std::strerror(error), kHint));
  }
  if (text.size() > kConfigFileBytesMax) {
    return Invalid(path, " has more than 1MiB; that is not a configuration file of wsgate");
  }
  return text;
}

std::vector<Setting> YamlSettings(const std::string& text, const std::string& path,
                                  std::vector<std::string>& errors) {
  if (const std::optional<int> line = LineWithTab(text)) {
    errors.push_back(Cat(path, ":", *line, ": a tab in the indentation; use spaces"));
    return {};
  }
  YAML::Node document;
  bool second = false;
  try {  // The parser's only way to fail.
    second = HasSecondDocument(text);
    document = YAML::Load(text);
  } catch (const YAML::Exception& error) {
    const std::string line = error.mark.is_null() ? "" : Cat(":", error.mark.line + 1);
    errors.push_back(
        Cat(path, line, ": not YAML: ", error.msg, "; check indentation, colons and quotes there"));
    return {};
  }
  if (second) {
    errors.push_back(
        Cat(path, ": has more than one document; keep one and remove the --- between them"));
    return {};
  }
  if (document.IsNull()) return {};
  if (!document.IsMap()) {
    errors.push_back(Cat(path, ":", document.Mark().line + 1,
                         ": fields are expected, such as `shards: auto`, not a ",
                         document.IsSequence() ? "list" : "single value"));
    return {};
  }
  Walker walker(path, errors);
  walker.WalkSection(document, "");
  return walker.TakeSettings();
}

std::string YamlScalar(const Field& field, std::string_view value) {
  const auto is_plain = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == ':';
  };
  const bool is_text = field.type == FieldType::kString || field.type == FieldType::kList ||
                       field.type == FieldType::kEnum;
  const bool starts_plain =
      !value.empty() && (absl::ascii_isalnum(value.front()) || value.front() == '/');
  // Free text may look like anything (`null`, `1e3`, `yes`), and `off` is false in YAML 1.1.
  const bool plain = starts_plain && value != "off" && !(is_text && field.choices.empty()) &&
                     value.back() != ':' && std::all_of(value.begin(), value.end(), is_plain);
  if (plain) return std::string(value);
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace wsgate
