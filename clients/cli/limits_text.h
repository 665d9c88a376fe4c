// Limits as people write them: `64KiB`, `10s`, `off`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "wsgate/v1/stats.pb.h"

namespace wsgate::cli {

struct LimitText {
  std::string name;   // As in the request: `message_bytes_max`.
  std::string value;  // As SetLimit() reads it.
  std::string range;  // What is allowed; empty where this program does not know.
};

// Those that are set, in the order of the proto file.
[[nodiscard]] std::vector<LimitText> DescribeLimits(const v1::Limits& limits);

// Reads `name=value` into `limits`; the name may begin with `limits.`. Errors: InvalidArgument,
// says how to write it, and for an unknown name the nearest one. Ranges are the gateway's to check.
[[nodiscard]] absl::Status SetLimit(const std::string& assignment, v1::Limits& limits);

}  // namespace wsgate::cli
