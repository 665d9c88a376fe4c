// The limits that change at run time, with their defaults; ceilings and texts are rows of the field
// table.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/base/clock.h"
#include "gateway/base/token_bucket.h"

namespace wsgate {

inline constexpr uint64_t kKiB = 1024;
inline constexpr uint64_t kMiB = 1024 * kKiB;
inline constexpr uint64_t kGiB = 1024 * kMiB;

// Descriptors kept for control, admin and everything else that is not a session.
inline constexpr uint64_t kReservedDescriptors = 512;

// What every shard enforces. 0 means off where the field says so.
struct Limits {
  // 0: the open-file limit less kReservedDescriptors. Beyond it: 503.
  uint64_t sessions_per_node_max = 0;
  // Of one user; 0: off. Beyond it: 429.
  uint64_t sessions_per_user_max = 32;
  // Beyond it newcomers wait in the backlog.
  uint64_t handshakes_in_flight_max = 1024;
  // Accept to the request's end; then closed.
  Duration handshake_timeout = std::chrono::seconds(10);
  // Head of an upgrade request; beyond it: 431.
  uint64_t header_bytes_max = 8 * kKiB;
  // From a client; beyond it: 1009.
  uint64_t message_bytes_max = 64 * kKiB;
  // From a service; beyond it: INVALID_ARGUMENT.
  uint64_t send_bytes_max = 1 * kMiB;
  // Of one session; 0: off. Beyond it: 4503. A burst of 0 is twice the rate.
  uint64_t messages_per_second = 50;
  uint64_t messages_burst = 100;
  // Of one session; 0: off. Beyond it: 4504. A burst of 0 is twice the rate.
  uint64_t bytes_per_second = 256 * kKiB;
  uint64_t bytes_burst = 512 * kKiB;
  // Waiting for one session; beyond it: 4002.
  uint64_t queued_bytes_per_session_max = 1 * kMiB;

  [[nodiscard]] Rate MessageRate() const {
    return {messages_per_second, messages_burst == 0 ? 2 * messages_per_second : messages_burst};
  }
  [[nodiscard]] Rate ByteRate() const {
    return {bytes_per_second, bytes_burst == 0 ? 2 * bytes_per_second : bytes_burst};
  }
  friend bool operator==(const Limits&, const Limits&) = default;
};

// One immutable snapshot, shared by every shard until the next.
using LimitsPtr = std::shared_ptr<const Limits>;

// One thing wrong with one field.
struct FieldError {
  std::string field;    // As in the file: `limits.sessions_per_user_max`.
  std::string message;  // A sentence that names the field, its value and its range.
};

// Every bad limit, each by itself, in the order of the field table; empty: all are good.
// `open_file_limit` bounds sessions_per_node_max.
[[nodiscard]] std::vector<FieldError> CheckLimits(const Limits& limits, uint64_t open_file_limit);

// All of them as one status: InvalidArgument with one line each; OK where there is none.
[[nodiscard]] absl::Status StatusOf(const std::vector<FieldError>& errors);

// CheckLimits() as one status.
[[nodiscard]] absl::Status ValidateLimits(const Limits& limits, uint64_t open_file_limit);

// The cap in force: sessions_per_node_max, or where that is 0 (`auto`) what the open-file limit
// leaves; at least 1.
[[nodiscard]] uint64_t ResolveSessionsPerNodeMax(const Limits& limits, uint64_t open_file_limit);

}  // namespace wsgate
