// An address that is fetched: https and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsgate {

struct HttpsUrl {
  std::string host;  // IPv6 without its brackets.
  uint16_t port = 443;
  std::string target;  // Path and query.
  // What the `Host` header says.
  [[nodiscard]] std::string HostHeader() const;
};

// `https://id.example/.well-known/jwks.json`. Errors: InvalidArgument, says how to write it.
[[nodiscard]] absl::StatusOr<HttpsUrl> ParseHttpsUrl(std::string_view text);

}  // namespace wsgate
