#include "gateway/config/value.h"

#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "gateway/config/limits.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

struct Unit {
  std::string_view name;
  uint64_t size;
};

// Largest first, as they are printed.
constexpr std::array<Unit, 3> kByteUnits = {{{"GiB", kGiB}, {"MiB", kMiB}, {"KiB", kKiB}}};
constexpr std::array<Unit, 6> kTimeUnits = {{{"h", 3'600'000'000'000},
                                             {"m", 60'000'000'000},
                                             {"s", 1'000'000'000},
                                             {"ms", 1'000'000},
                                             {"us", 1'000},
                                             {"ns", 1}}};

std::string_view TakeWhile(std::string_view& text, bool (*is)(unsigned char)) {
  size_t end = 0;
  while (end < text.size() && is(static_cast<unsigned char>(text[end]))) ++end;
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

template <size_t N>
std::optional<uint64_t> SizeOf(std::string_view unit, const std::array<Unit, N>& units) {
  for (const Unit& known : units) {
    if (unit == known.name) return known.size;
  }
  return std::nullopt;
}

std::optional<uint64_t> Product(std::optional<uint64_t> number, uint64_t unit) {
  if (!number || *number > std::numeric_limits<uint64_t>::max() / unit) return std::nullopt;
  return *number * unit;
}

absl::Status Malformed(std::string_view text, std::string_view what, std::string_view how) {
  return Invalid("\"", text, "\" ", what, "; write ", how);
}

constexpr std::string_view kCountHow = "a whole number such as 1000";
constexpr std::string_view kBytesHow = "a size such as 65536, 64KiB or 1MiB";
constexpr std::string_view kDurationHow = "a duration such as 10s, 500ms or 4m";

}  // namespace

absl::StatusOr<uint64_t> ParseCount(std::string_view text) {
  std::string_view rest = Strip(text);
  const std::string_view digits = TakeWhile(rest, absl::ascii_isdigit);
  if (digits.empty() || !rest.empty()) return Malformed(text, "is not a whole number", kCountHow);
  const std::optional<uint64_t> value = ReadNumber<uint64_t>(digits);
  if (!value) return Malformed(text, "is far too large", kCountHow);
  return *value;
}

absl::StatusOr<uint64_t> ParseBytes(std::string_view text) {
  std::string_view rest = Strip(text);
  const std::string_view digits = TakeWhile(rest, absl::ascii_isdigit);
  if (digits.empty()) return Malformed(text, "is not a size", kBytesHow);
  const std::string_view name = Strip(rest);
  const std::optional<uint64_t> unit = name.empty() || name == "B" ? 1 : SizeOf(name, kByteUnits);
  if (!unit) {
    return Malformed(text, Cat("has the unknown unit \"", name, "\""), kBytesHow);
  }
  const std::optional<uint64_t> value = Product(ReadNumber<uint64_t>(digits), *unit);
  if (!value) return Malformed(text, "is far too large", kBytesHow);
  return *value;
}

absl::StatusOr<Duration> ParseDuration(std::string_view text) {
  std::string_view rest = Strip(text);
  if (rest == "0") return Duration::zero();
  if (rest.empty()) return Malformed(text, "is not a duration", kDurationHow);
  constexpr uint64_t kMax = static_cast<uint64_t>(Duration::max().count());
  uint64_t total = 0;
  while (!rest.empty()) {
    const std::string_view digits = TakeWhile(rest, absl::ascii_isdigit);
    if (digits.empty()) return Malformed(text, "is not a duration", kDurationHow);
    const std::string_view name = TakeWhile(rest, absl::ascii_isalpha);
    if (name.empty() && rest.empty()) return Malformed(text, "has no unit", kDurationHow);
    if (name.empty()) return Malformed(text, "is not a duration", kDurationHow);
    const std::optional<uint64_t> unit = SizeOf(name, kTimeUnits);
    if (!unit) {
      return Malformed(text, Cat("has the unknown unit \"", name, "\""), kDurationHow);
    }
    const std::optional<uint64_t> part = Product(ReadNumber<uint64_t>(digits), *unit);
    if (!part || *part > kMax - total) return Malformed(text, "is far too long", kDurationHow);
    total += *part;
  }
  return Duration(static_cast<int64_t>(total));
}

std::string FormatBytes(uint64_t bytes) {
  for (const Unit& unit : kByteUnits) {
    if (bytes != 0 && bytes % unit.size == 0) return Cat(bytes / unit.size, unit.name);
  }
  return Cat(bytes, "B");
}

std::string FormatDuration(Duration duration) {
  const int64_t nanos = duration.count();
  for (const Unit& unit : kTimeUnits) {
    const int64_t size = static_cast<int64_t>(unit.size);
    if (nanos != 0 && nanos % size == 0) return Cat(nanos / size, unit.name);
  }
  return "0s";
}

}  // namespace wsgate
