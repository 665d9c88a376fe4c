// The sockets on which clients arrive: one a shard on the same port; the kernel spreads newcomers
// (SO_REUSEPORT).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace wsgate {

struct ListenSockets {
  std::vector<int> fds;  // The caller's to close; one for each shard.
  std::string address;   // `HOST:PORT` with the real port.
};

// Opens `count` listening sockets on `address` (`HOST:PORT`; port 0 picks one).
// Errors: what is wrong and what to do, for example a port that somebody else has.
[[nodiscard]] absl::StatusOr<ListenSockets> OpenListenSockets(const std::string& address,
                                                              uint32_t count);

}  // namespace wsgate
