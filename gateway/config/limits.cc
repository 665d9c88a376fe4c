#include "gateway/config/limits.h"

#include <algorithm>

#include "gateway/config/fields.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

// Descriptors left for sessions.
uint64_t SpareDescriptors(uint64_t open_file_limit) {
  return open_file_limit > kReservedDescriptors ? open_file_limit - kReservedDescriptors : 0;
}

constexpr std::string_view kRaiseLimit =
    "raise the limit (`ulimit -n`, systemd's LimitNOFILE=, the container runtime's nofile)";

}  // namespace

std::vector<FieldError> CheckLimits(const Limits& limits, uint64_t open_file_limit) {
  constexpr std::string_view kNodeMax = "limits.sessions_per_node_max";
  Config config;
  config.limits = limits;
  std::vector<FieldError> errors;
  for (const Field& field : Fields()) {
    if (!field.name.starts_with("limits.")) continue;
    if (std::optional<std::string> error = CheckField(field, config)) {
      errors.push_back({std::string(field.name), *std::move(error)});
      continue;
    }
    if (field.name != kNodeMax) continue;
    const uint64_t spare = SpareDescriptors(open_file_limit);
    if (spare == 0) {
      errors.push_back(
          {std::string(kNodeMax),
           Cat(kNodeMax, " has no room: the open-file limit is ", open_file_limit, " and ",
               kReservedDescriptors, " are kept for everything else; ", kRaiseLimit)});
    } else if (limits.sessions_per_node_max > spare) {
      errors.push_back({std::string(kNodeMax), Cat(kNodeMax, " is ", limits.sessions_per_node_max,
                                                   ", but the open-file limit of ", open_file_limit,
                                                   " less ", kReservedDescriptors, " leaves ",
                                                   spare, "; lower it, or ", kRaiseLimit)});
    }
  }
  return errors;
}

absl::Status StatusOf(const std::vector<FieldError>& errors) {
  if (errors.empty()) return absl::OkStatus();
  std::vector<std::string> lines;
  for (const FieldError& error : errors) lines.push_back(error.message);
  return absl::InvalidArgumentError(JoinLines(lines));
}

absl::Status ValidateLimits(const Limits& limits, uint64_t open_file_limit) {
  const std::vector<FieldError> errors = CheckLimits(limits, open_file_limit);
  return StatusOf(errors);
}

uint64_t ResolveSessionsPerNodeMax(const Limits& limits, uint64_t open_file_limit) {
  if (limits.sessions_per_node_max != 0) return limits.sessions_per_node_max;
  const uint64_t ceiling = FindField("limits.sessions_per_node_max")->max;
  return std::clamp<uint64_t>(SpareDescriptors(open_file_limit), 1, ceiling);
}

}  // namespace wsgate
