// What a failed call says, read out of the `google.rpc` details that came with it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/base/clock.h"

namespace wsgate::client {

struct BadField {
  std::string field;        // Its path in the request: `message.json`, `user_ids[3]`.
  std::string description;  // What is allowed.
};

struct ErrorDetails {
  std::string rpc;     // Which call failed: `SendToUser`.
  std::string reason;  // ErrorInfo.reason: `BAD_FIELD`; empty where gRPC itself failed the call.
  std::map<std::string, std::string> metadata;  // ErrorInfo.metadata.
  std::vector<BadField> bad_fields;
  std::optional<Duration> retry_after;  // RetryInfo: the same call may succeed after this long.
};

// The status of a call that failed: the same code and message; DetailsOf() reads the rest.
// `packed_details` is a serialized google.rpc.Status, as grpc::Status::error_details() has it; what
// cannot be read counts as none.
[[nodiscard]] absl::Status MakeCallError(std::string_view rpc, int code, const std::string& message,
                                         const std::string& packed_details);

// Of a status that a Client returned; empty for every other.
[[nodiscard]] ErrorDetails DetailsOf(const absl::Status& status);

}  // namespace wsgate::client
