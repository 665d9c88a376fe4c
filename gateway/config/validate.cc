#include "gateway/config/validate.h"

#include <array>
#include <utility>

#include "gateway/config/address.h"
#include "gateway/config/fields.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

constexpr std::string_view kAuthModeMissing =
    "auth.mode is not set, so nobody has decided who may connect. Ways out: `wsgate serve "
    "--dev` to try it out on this machine only, or `auth.mode: insecure` written out, which "
    "believes the user that a client names in ?user= and is safe only where everybody who can "
    "connect is trusted, or `auth.mode: hook` and a backend that decides "
    "(hooks.on_connect.targets)";

void CheckAuth(const Config& config, std::vector<FieldError>& errors) {
  if (config.auth_mode.empty()) errors.push_back({"auth.mode", std::string(kAuthModeMissing)});
  if (config.auth_mode == "hook" && config.on_connect_targets.empty()) {
    errors.push_back({"hooks.on_connect.targets",
                      "hooks.on_connect.targets is empty, but auth.mode is hook: name the backends "
                      "that decide who comes in, such as 127.0.0.1:50052"});
  }
  const absl::StatusOr<Address> control = ParseAddress(config.control_address);
  if (!control.ok() || control->IsLoopback() || config.control_auth_mode == "none") return;
  errors.push_back(
      {"control.auth.mode",
       Cat("control.address is ", config.control_address,
           ", which other machines can reach, and control.auth.mode is not set: anybody "
           "there could send to every session. Listen on loopback (control.address: "
           "127.0.0.1:",
           control->port,
           "), or write `control.auth.mode: none` out where the network around it is "
           "trusted")});
}

// Two ports that cannot both be opened. What only the kernel knows, such as a port taken by
// another process, shows at the start.
void CheckPortsDiffer(const Config& config, std::vector<FieldError>& errors) {
  const std::array<std::pair<std::string, std::string>, 3> addresses = {
      {{"client.address", config.client_address},
       {"control.address", config.control_address},
       {"admin.address", config.admin_address}}};
  for (size_t i = 0; i < addresses.size(); ++i) {
    const absl::StatusOr<Address> later = ParseAddress(addresses[i].second);
    if (!later.ok() || later->port == 0) continue;
    for (size_t j = 0; j < i; ++j) {
      if (addresses[i].second != addresses[j].second) continue;
      errors.push_back(
          {addresses[i].first, Cat(addresses[i].first, " is ", addresses[i].second, ", as is ",
                                   addresses[j].first, "; give each a port of its own")});
    }
  }
}

}  // namespace

std::vector<FieldError> CheckConfig(const Config& config, uint64_t open_file_limit) {
  std::vector<FieldError> errors;
  for (const Field& field : Fields()) {
    if (field.name.starts_with("limits.")) continue;  // CheckLimits() does these.
    if (std::optional<std::string> error = CheckField(field, config)) {
      errors.push_back({std::string(field.name), *std::move(error)});
    }
  }
  CheckAuth(config, errors);
  CheckPortsDiffer(config, errors);
  for (FieldError& error : CheckLimits(config.limits, open_file_limit)) {
    errors.push_back(std::move(error));
  }
  return errors;
}

absl::Status Validate(const Config& config, uint64_t open_file_limit) {
  const std::vector<FieldError> errors = CheckConfig(config, open_file_limit);
  return StatusOf(errors);
}

std::vector<std::string> ConfigWarnings(const Config& config) {
  const Limits& limits = config.limits;
  const auto show = [&](std::string_view name) {
    return Cat(name, " (", GetField(*FindField(name), config), ")");
  };
  std::vector<std::string> warnings;
  if (limits.bytes_per_second != 0 && limits.message_bytes_max > limits.ByteRate().burst) {
    warnings.push_back(
        Cat(show("limits.message_bytes_max"), " is above ", show("limits.bytes_burst"),
            ": a client that sends so large a message at once is ended with 4504; raise "
            "limits.bytes_burst"));
  }
  if (limits.send_bytes_max > limits.queued_bytes_per_session_max) {
    warnings.push_back(Cat(
        show("limits.send_bytes_max"), " is above ", show("limits.queued_bytes_per_session_max"),
        ": so large a message may end a session that is not slow with 4002; raise "
        "limits.queued_bytes_per_session_max"));
  }
  return warnings;
}

std::vector<std::string> FieldsThatNeedRestart(const Config& running, const Config& loaded) {
  std::vector<std::string> names;
  for (const Field& field : Fields()) {
    if (field.reloadable || GetField(field, running) == GetField(field, loaded)) continue;
    names.emplace_back(field.name);
  }
  return names;
}

}  // namespace wsgate
