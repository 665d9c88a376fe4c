// Where to listen: an IPv4 or IPv6 literal, or `localhost`, and a port.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wsgate {

struct Address {
  std::string host;   // Without brackets.
  uint16_t port = 0;  // 0: the kernel picks one.

  // 127.0.0.0/8, ::1, the same mapped into IPv6, or localhost: reached from this machine only.
  [[nodiscard]] bool IsLoopback() const;
};

// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`. Errors: InvalidArgument, says how to write
// it.
[[nodiscard]] absl::StatusOr<Address> ParseAddress(std::string_view text);

inline constexpr size_t kTargetsMax = 16;

// Reads `a.example:50052, 10.0.0.7:50052`: where other machines listen, at most kTargetsMax of
// them, by name or by address. Empty: none. Errors: InvalidArgument, says how to write it.
[[nodiscard]] absl::StatusOr<std::vector<std::string>> ParseTargets(std::string_view text);

}  // namespace wsgate
