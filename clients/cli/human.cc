#include "clients/cli/human.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

constexpr int64_t kMicrosecond = 1'000;
constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;

// Three digits that matter, without zeros at the end: 1.25, 12.3, 123, 64.
std::string ThreeDigits(double value) {
  std::array<char, 32> text = {};
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  std::string out(text.data());
  if (decimals == 0) return out;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out;
}

std::string TwoUnits(int64_t large, std::string_view large_unit, int64_t small,
                     std::string_view small_unit) {
  std::string out = Cat(large, large_unit);
  if (small != 0) Append(out, small, small_unit);
  return out;
}

std::string Scaled(int64_t nanos, int64_t unit, std::string_view name) {
  return Cat(ThreeDigits(static_cast<double>(nanos) / static_cast<double>(unit)), name);
}

}  // namespace

std::string HumanDuration(Duration duration) {
  const int64_t nanos = duration.count();
  if (nanos <= 0) return "0s";
  if (nanos < kMicrosecond) return Cat(nanos, "ns");
  if (nanos < kMillisecond) return Scaled(nanos, kMicrosecond, "us");
  if (nanos < kSecond) return Scaled(nanos, kMillisecond, "ms");
  const int64_t seconds = nanos / kSecond;
  if (seconds < 60) return Scaled(nanos, kSecond, "s");
  const int64_t minutes = seconds / 60;
  if (minutes < 60) return TwoUnits(minutes, "m", seconds % 60, "s");
  const int64_t hours = minutes / 60;
  if (hours < 24) return TwoUnits(hours, "h", minutes % 60, "m");
  return TwoUnits(hours / 24, "d", hours % 24, "h");
}

std::string HumanDuration(const google::protobuf::Duration& duration) {
  return HumanDuration(std::chrono::seconds(duration.seconds()) +
                       std::chrono::nanoseconds(duration.nanos()));
}

std::string HumanBytes(uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return Cat(unit == 0 ? std::to_string(bytes) : ThreeDigits(value), kUnits[unit]);
}

std::string HumanCount(uint64_t count) {
  std::string out = std::to_string(count);
  for (size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, 1, ',');
  return out;
}

std::string HumanTime(const google::protobuf::Timestamp& time) {
  const std::time_t seconds = time.seconds();
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text = {};
  const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return {text.data(), size};
}

Duration Since(const google::protobuf::Timestamp& time, int64_t now_micros) {
  const int64_t then_micros = time.seconds() * 1'000'000 + time.nanos() / 1'000;
  return std::chrono::microseconds(std::max<int64_t>(0, now_micros - then_micros));
}

std::string Printable(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    // U+0080 to U+009F are control characters too, and some terminals obey them.
    const bool is_c1 =
        byte == 0xc2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0;
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f || is_c1) {
      std::array<char, 8> hex = {};
      const unsigned code = is_c1 ? static_cast<unsigned char>(text[++at]) : byte;
      std::snprintf(hex.data(), hex.size(), "\\x%02x", code);
      out += hex.data();
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace wsgate::cli
