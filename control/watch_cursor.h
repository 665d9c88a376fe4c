// Where a WatchSessions stream goes on, as the opaque text that a caller hands back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

// An event of one process. It carries no right and is no secret.
struct WatchCursor {
  uint64_t incarnation = 0;
  uint64_t number = 0;
  friend bool operator==(const WatchCursor&, const WatchCursor&) = default;
};

[[nodiscard]] std::string ToText(const WatchCursor& cursor);
// nullopt: not a text that ToText() makes.
[[nodiscard]] std::optional<WatchCursor> ParseWatchCursor(std::string_view text);

}  // namespace wsgate
