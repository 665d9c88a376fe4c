#include "gateway/config/text.h"

#include <functional>
#include <string_view>

#include "gateway/config/fields.h"
#include "gateway/config/strings.h"
#include "gateway/config/yaml_file.h"

namespace wsgate {
namespace {

std::vector<std::string> PathOf(const Field& field) {
  return Split(field.name, '.');
}

// Writes the fields as nested groups with `gap` before each; `write_field` gets the field's last
// name and its indentation.
std::string NestedFields(
    std::string_view gap,
    const std::function<void(const Field&, const std::string& name, const std::string& indent,
                             std::string& out)>& write_field) {
  std::string out;
  std::vector<std::string> open;  // Groups whose line is written.
  for (const Field& field : Fields()) {
    std::vector<std::string> path = PathOf(field);
    const std::string name = std::move(path.back());
    path.pop_back();
    out += gap;
    size_t shared = 0;
    while (shared < open.size() && shared < path.size() && open[shared] == path[shared]) ++shared;
    for (size_t depth = shared; depth < path.size(); ++depth) {
      Append(out, std::string(2 * depth, ' '), path[depth], ":\n");
    }
    write_field(field, name, std::string(2 * path.size(), ' '), out);
    open = std::move(path);
  }
  return out;
}

}  // namespace

std::string ConfigFileText() {
  const std::string intro =
      "# Configuration of wsgate. Lines that start with `#` and no blank are the defaults: remove "
      "the `#` to change one.\n"
      "# A variable of the environment beats this file, a flag beats both. `wsgate config check` "
      "tells what is wrong.\n";
  return intro + NestedFields("\n", [](const Field& field, const std::string& name,
                                       const std::string& indent, std::string& out) {
           const std::string value = DefaultOf(field);
           Append(out, indent, "# ", field.help, "\n", indent, "# Allowed: ", DescribeRange(field),
                  ". Default: ", value.empty() ? "empty" : value, ".",
                  field.reloadable ? " A reload changes it." : "", "\n");
           Append(out, indent, "#", name, ": ", YamlScalar(field, value), "\n");
         });
}

std::string EffectiveConfigText(const LoadedConfig& loaded) {
  return NestedFields("", [&](const Field& field, const std::string& name,
                              const std::string& indent, std::string& out) {
    const Source& source = loaded.sources[&field - Fields().data()];
    Append(out, indent, name, ": ", YamlScalar(field, GetField(field, loaded.config)), "  # ",
           source.ToString(), "\n");
  });
}

}  // namespace wsgate
