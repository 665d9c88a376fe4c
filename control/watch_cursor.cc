#include "control/watch_cursor.h"

#include <array>
#include <cstring>

#include "absl/strings/escaping.h"

namespace wsgate {
namespace {

constexpr char kVersion = 'w';
constexpr size_t kBytes = 1 + 2 * sizeof(uint64_t);

void Put(uint64_t number, char* out) {
  for (size_t i = 0; i < sizeof number; ++i) out[i] = static_cast<char>(number >> (8 * i));
}

uint64_t Take(const char* bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof number; ++i) {
    number |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return number;
}

}  // namespace

std::string ToText(const WatchCursor& cursor) {
  std::array<char, kBytes> bytes{kVersion};
  Put(cursor.incarnation, &bytes[1]);
  Put(cursor.number, &bytes[1 + sizeof(uint64_t)]);
  return absl::WebSafeBase64Escape({bytes.data(), bytes.size()});
}

std::optional<WatchCursor> ParseWatchCursor(std::string_view text) {
  std::string bytes;
  if (text.size() > 2 * kBytes ||
      !absl::WebSafeBase64Unescape({text.data(), text.size()}, &bytes) || bytes.size() != kBytes ||
      bytes[0] != kVersion) {
    return std::nullopt;
  }
  return WatchCursor{.incarnation = Take(&bytes[1]), .number = Take(&bytes[1 + sizeof(uint64_t)])};
}

}  // namespace wsgate
