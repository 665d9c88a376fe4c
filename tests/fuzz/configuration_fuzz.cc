// A configuration from texts that anybody may have written, and what is printed of it, which must
// be the same configuration again. Input: `y` and a file; `e` and variables, `f` and arguments, one
// a line.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "gateway/base/check.h"
#include "gateway/config/fields.h"
#include "gateway/config/flags.h"
#include "gateway/config/https_url.h"
#include "gateway/config/load.h"
#include "gateway/config/origin.h"
#include "gateway/config/strings.h"
#include "gateway/config/text.h"
#include "gateway/config/validate.h"

using wsgate::Config;
using wsgate::Field;
using wsgate::LoadedConfig;
using wsgate::LoadInputs;

namespace {

constexpr uint64_t kOpenFiles = 1 << 16;

// A file that only this process can see.
class File {
 public:
  explicit File(std::string_view text) : fd_(::memfd_create("configuration", 0)) {
    WSGATE_CHECK(fd_ >= 0);
    WSGATE_CHECK(::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(fd_); }

  [[nodiscard]] std::string path() const { return wsgate::Cat("/proc/self/fd/", fd_); }

 private:
  const int fd_;
};

void CheckMessage(const absl::Status& status) {
  WSGATE_CHECK(!status.message().empty());
}

// Flags and variables may be bytes that no YAML file can have.
bool IsAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isascii(c); });
}

void CheckPrinted(const LoadedConfig& loaded) {
  const std::string text = wsgate::EffectiveConfigText(loaded);
  if (!IsAscii(text)) return;
  const File file(text);
  const absl::StatusOr<Config> again = wsgate::LoadConfig({.file = file.path()});
  WSGATE_CHECK(again.ok());
  for (const Field& field : wsgate::Fields()) {
    WSGATE_CHECK(GetField(field, *again) == GetField(field, loaded.config));
  }
}

// What the gateway takes for granted of a configuration in which nothing is wrong.
void CheckGood(const Config& config) {
  WSGATE_CHECK(!config.auth_mode.empty());
  WSGATE_CHECK(wsgate::OriginRules::Parse(config.origins_allowed).ok());
  const std::string& url = config.jwt_jwks_url;
  WSGATE_CHECK(url.empty() || wsgate::ParseHttpsUrl(url).ok());
  const bool named = !url.empty() || !config.jwt_secret_file.empty() ||
                     !config.jwt_public_key_file.empty() || !config.jwt_jwks_file.empty();
  WSGATE_CHECK(config.auth_mode != "jwt" || named);
}

void Load(const LoadInputs& inputs) {
  const absl::StatusOr<LoadedConfig> loaded = wsgate::LoadConfigWithSources(inputs);
  if (!loaded.ok()) return CheckMessage(loaded.status());
  const Config& config = loaded->config;
  for (const Field& field : wsgate::Fields()) WSGATE_CHECK(!CheckField(field, config));
  (void)wsgate::ConfigWarnings(config);
  const absl::Status status = wsgate::Validate(config, kOpenFiles);
  WSGATE_CHECK(status.ok() == wsgate::CheckConfig(config, kOpenFiles).empty());
  if (status.ok()) CheckGood(config);
  if (!status.ok()) CheckMessage(status);
  CheckPrinted(*loaded);
}

void LoadVariables(const std::vector<std::string>& lines) {
  std::vector<const char*> environment;
  for (const std::string& line : lines) environment.push_back(line.c_str());
  environment.push_back(nullptr);
  wsgate::NamedValues values = wsgate::WsgateEnvironment(environment.data());
  // Else it would read whatever file of this machine is named.
  std::erase_if(values, [](const auto& variable) { return variable.first == "WSGATE_CONFIG"; });
  Load({.environment = std::move(values)});
}

void LoadFlags(const std::vector<std::string>& lines) {
  absl::StatusOr<wsgate::ParsedFlags> flags = wsgate::ParseFlags(lines);
  if (!flags.ok()) return CheckMessage(flags.status());
  Load({.flags = std::move(flags->fields), .dev = flags->dev});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const std::string_view text = input.substr(1);
  if (input[0] == 'e') LoadVariables(wsgate::Split(text, '\n'));
  if (input[0] == 'f') LoadFlags(wsgate::Split(text, '\n'));
  if (input[0] != 'y') return 0;
  const File file(text);
  Load({.file = file.path()});
  return 0;
}
