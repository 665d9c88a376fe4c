#include "gateway/config/environment.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "gateway/config/nearest.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

constexpr std::string_view kPrefix = "WSGATE_";

const Field* FieldOfVariable(std::string_view name) {
  for (const Field& field : Fields()) {
    if (EnvironmentName(field) == name) return &field;
  }
  return nullptr;
}

std::string NearestVariable(std::string_view name) {
  std::vector<std::string> known = {std::string(kConfigFileVariable)};
  for (const Field& field : Fields()) known.push_back(EnvironmentName(field));
  return Nearest(name, known);
}

// Whether `text` has `_PORT_<n>_` with something after it.
bool HasNumberedPort(std::string_view text) {
  constexpr std::string_view kPort = "_PORT_";
  for (size_t at = text.find(kPort); at != std::string_view::npos; at = text.find(kPort, at + 1)) {
    std::string_view rest = text.substr(at + kPort.size());
    const size_t digits =
        std::find_if_not(rest.begin(), rest.end(), [](char c) { return absl::ascii_isdigit(c); }) -
        rest.begin();
    if (digits == 0) continue;
    rest.remove_prefix(digits);
    if (rest.size() > 1 && rest.front() == '_') return true;
  }
  return false;
}

}  // namespace

bool IsKubernetesServiceVariable(std::string_view name) {
  if (!name.starts_with(kPrefix)) return false;
  // From the underscore on, so that a Service named just `wsgate` counts.
  const std::string_view rest = name.substr(kPrefix.size() - 1);
  constexpr std::string_view kServicePort = "_SERVICE_PORT_";
  const size_t named = rest.find(kServicePort);
  return rest.ends_with("_SERVICE_HOST") || rest.ends_with("_PORT") || HasNumberedPort(rest) ||
         (named != std::string_view::npos && named + kServicePort.size() < rest.size());
}

std::optional<std::string> ConfigFileOf(const NamedValues& environment) {
  for (const auto& [name, value] : environment) {
    if (name == kConfigFileVariable && !value.empty()) return value;
  }
  return std::nullopt;
}

std::vector<Setting> EnvironmentSettings(const NamedValues& environment,
                                         std::vector<std::string>& errors) {
  std::vector<Setting> settings;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix) || name == kConfigFileVariable) continue;
    // Fields first: none may ever be taken for one of Kubernetes' names.
    if (const Field* field = FieldOfVariable(name)) {
      settings.push_back({field, value, {SourceKind::kEnvironment, name}});
    } else if (!IsKubernetesServiceVariable(name)) {
      errors.push_back(Cat("unknown environment variable ", name, "; did you mean ",
                           NearestVariable(name), "?"));
    }
  }
  return settings;
}

}  // namespace wsgate
