// Counts, sizes and times as people write them: `1000`, `64KiB`, `1m30s`. What is printed can be
// read back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"

namespace wsgate {

// Each error (InvalidArgument) quotes the text and shows how to write it; none names a field.

// A whole number of decimal digits.
[[nodiscard]] absl::StatusOr<uint64_t> ParseCount(std::string_view text);
// A whole number of bytes, with B, KiB, MiB, GiB or no unit.
[[nodiscard]] absl::StatusOr<uint64_t> ParseBytes(std::string_view text);
// Whole numbers, each with h, m, s, ms, us or ns: `10s`, `1m30s`; a bare `0` is no time at all.
[[nodiscard]] absl::StatusOr<Duration> ParseDuration(std::string_view text);

// In the largest unit that divides it: `64KiB`, `1000B`.
[[nodiscard]] std::string FormatBytes(uint64_t bytes);
// In the largest unit that divides it: `4m`, `90s`; `0s` for none.
[[nodiscard]] std::string FormatDuration(Duration duration);

}  // namespace wsgate
