// Limits of one session in place of the node's.
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/base/token_bucket.h"
#include "gateway/config/limits.h"

namespace wsgate {

// What a backend set when it let the session in; nullopt: as the node has it.
struct SessionLimits {
  std::optional<uint64_t> message_bytes_max;
  std::optional<uint64_t> messages_per_second;
  std::optional<uint64_t> messages_burst;
  std::optional<uint64_t> bytes_per_second;
  std::optional<uint64_t> bytes_burst;
  std::optional<uint64_t> queued_bytes_per_session_max;

  [[nodiscard]] bool empty() const { return *this == SessionLimits{}; }
  friend bool operator==(const SessionLimits&, const SessionLimits&) = default;
};

// The node's limits with the session's own in their place. A rate of its own without a burst of its
// own has twice the rate as burst.
[[nodiscard]] inline Limits Overlay(Limits limits, const SessionLimits& own) {
  const auto take = [](uint64_t& field, const std::optional<uint64_t>& value) {
    if (value) field = *value;
  };
  if (own.messages_per_second) limits.messages_burst = 0;
  if (own.bytes_per_second) limits.bytes_burst = 0;
  take(limits.message_bytes_max, own.message_bytes_max);
  take(limits.messages_per_second, own.messages_per_second);
  take(limits.messages_burst, own.messages_burst);
  take(limits.bytes_per_second, own.bytes_per_second);
  take(limits.bytes_burst, own.bytes_burst);
  take(limits.queued_bytes_per_session_max, own.queued_bytes_per_session_max);
  return limits;
}

}  // namespace wsgate
