// What the kernel knows of this process.
#pragma once

#include <cstdint>

namespace wsgate {

// Threads: a value.
struct ProcessValues {
  double cpu_seconds = 0;  // User and system.
  uint64_t resident_bytes = 0;
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;  // The soft limit.
};

// Reads /proc; what cannot be read stays 0.
// Threads: any.   Cost: microseconds; before Linux 6.2 one directory entry for each open
// descriptor.
[[nodiscard]] ProcessValues ReadProcess();

// When this process started, microseconds since 1970.
[[nodiscard]] int64_t ProcessStartMicros();

}  // namespace wsgate
