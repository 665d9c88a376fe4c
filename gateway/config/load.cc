#include "gateway/config/load.h"

#include <array>
#include <utility>

#include "gateway/config/address.h"
#include "gateway/config/environment.h"
#include "gateway/config/strings.h"
#include "gateway/config/yaml_file.h"

namespace wsgate {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kDevPreset = {
    {{"client.address", "127.0.0.1:8080"},
     {"control.address", "127.0.0.1:50051"},
     {"admin.address", "127.0.0.1:8081"},
     {"auth.mode", "insecure"},
     {"demo", "true"},
     {"log.format", "text"}}};

std::vector<Setting> DevSettings() {
  std::vector<Setting> settings;
  for (const auto& [name, value] : kDevPreset) {
    settings.push_back({FindField(name), std::string(value), {SourceKind::kDev, ""}});
  }
  return settings;
}

std::vector<Setting> FlagSettings(const NamedValues& flags, std::vector<std::string>& errors) {
  std::vector<Setting> settings;
  for (const auto& [name, value] : flags) {
    const Field* field = FindField(name);
    if (field == nullptr) {
      errors.push_back(Cat("no field is named \"", name, "\""));
      continue;
    }
    settings.push_back({field, value, {SourceKind::kFlag, FlagName(*field)}});
  }
  return settings;
}

// Later settings overwrite earlier ones, so the weakest layer goes first.
void Apply(std::span<const Setting> settings, LoadedConfig& loaded,
           std::vector<std::string>& errors) {
  for (const Setting& setting : settings) {
    const absl::Status status = SetField(*setting.field, setting.value, loaded.config);
    if (!status.ok()) {
      errors.push_back(Cat(setting.source.where, ": ", MessageOf(status)));
      continue;
    }
    loaded.sources[setting.field - Fields().data()] = setting.source;
  }
}

void CheckDevIsLoopback(const LoadedConfig& loaded, std::vector<std::string>& errors) {
  for (const Field& field : Fields()) {
    if (field.type != FieldType::kAddress) continue;
    const std::string value = GetField(field, loaded.config);
    const absl::StatusOr<Address> address = ParseAddress(value);
    if (!address.ok() || address->IsLoopback()) continue;
    const Source& source = loaded.sources[&field - Fields().data()];
    errors.push_back(Cat(
        source.where, ": ", field.name, " is ", value,
        ", but --dev trusts every client and so listens on loopback only; use 127.0.0.1, or leave "
        "--dev out and write auth.mode yourself"));
  }
}

}  // namespace

std::string Source::ToString() const {
  switch (kind) {
    case SourceKind::kDefault:
      return "default";
    case SourceKind::kDev:
      return "--dev";
    case SourceKind::kFile:
      return Cat("file ", where);
    case SourceKind::kEnvironment:
      return Cat("environment ", where);
    case SourceKind::kFlag:
      return Cat("flag ", where);
  }
  return "";
}

absl::StatusOr<LoadedConfig> LoadConfigWithSources(const LoadInputs& inputs) {
  LoadedConfig loaded;
  loaded.sources.resize(Fields().size());
  loaded.file = inputs.file ? inputs.file : ConfigFileOf(inputs.environment);
  std::vector<std::string> errors;
  if (inputs.dev) Apply(DevSettings(), loaded, errors);
  if (loaded.file) {
    const absl::StatusOr<std::string> text = ReadConfigFile(*loaded.file);
    if (!text.ok()) return text.status();
    Apply(YamlSettings(*text, *loaded.file, errors), loaded, errors);
  }
  Apply(EnvironmentSettings(inputs.environment, errors), loaded, errors);
  Apply(FlagSettings(inputs.flags, errors), loaded, errors);
  if (inputs.dev) CheckDevIsLoopback(loaded, errors);
  if (!errors.empty()) return absl::InvalidArgumentError(JoinLines(errors));
  return loaded;
}

absl::StatusOr<Config> LoadConfig(const LoadInputs& inputs) {
  absl::StatusOr<LoadedConfig> loaded = LoadConfigWithSources(inputs);
  if (!loaded.ok()) return loaded.status();
  return std::move(loaded->config);
}

NamedValues WsgateEnvironment(const char* const* environment) {
  NamedValues values;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const size_t equals = entry.find('=');
    if (!entry.starts_with("WSGATE_") || equals == std::string_view::npos) continue;
    values.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return values;
}

}  // namespace wsgate
