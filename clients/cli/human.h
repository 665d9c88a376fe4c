// Figures as people read them at a glance: three digits that matter, the rest left out. The exact
// values are in `-o json`.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"

namespace wsgate::cli {

// `95.3us`, `1.25ms`, `12.3s`, `3m12s`, `2h5m`, `4d3h`; `0s` for none.
[[nodiscard]] std::string HumanDuration(Duration duration);
[[nodiscard]] std::string HumanDuration(const google::protobuf::Duration& duration);

// `512B`, `1.5KiB`, `23.4MiB`.
[[nodiscard]] std::string HumanBytes(uint64_t bytes);

// `12,345`.
[[nodiscard]] std::string HumanCount(uint64_t count);

// `2026-11-24 13:49:00`, in UTC.
[[nodiscard]] std::string HumanTime(const google::protobuf::Timestamp& time);

// From then until now; nothing where it lies ahead, as a clock of another machine may have it.
[[nodiscard]] Duration Since(const google::protobuf::Timestamp& time, int64_t now_micros);

// Text that somebody else wrote, safe for a terminal: control characters become `\n`, `\x1b`, ...
[[nodiscard]] std::string Printable(std::string_view text);

}  // namespace wsgate::cli
