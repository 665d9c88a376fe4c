// Waiting for what another thread brings about.
#pragma once

#include <chrono>
#include <functional>

namespace wsgate {

inline constexpr std::chrono::milliseconds kTestTimeout = std::chrono::seconds(10);

// Looks every millisecond until `condition` holds. False: it did not within `timeout`.
[[nodiscard]] bool WaitFor(const std::function<bool()>& condition,
                           std::chrono::milliseconds timeout = kTestTimeout);

}  // namespace wsgate
