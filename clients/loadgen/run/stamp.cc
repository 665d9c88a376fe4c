#include "clients/loadgen/run/stamp.h"

#include <array>
#include <charconv>

namespace wsgate::loadgen {
namespace {

constexpr std::string_view kMark = "wsgate-load:";
constexpr std::array<std::string_view, kKinds> kNames = {"sends", "broadcasts", "bursts",
                                                         "messages"};
constexpr std::string_view kLetters = "sbxm";
constexpr size_t kShort = 8;  // Hexadecimal digits of 32 bits.
constexpr size_t kLong = 16;  // Of 64.
static_assert(kMark.size() + 1 + 4 * kShort + kLong + 1 == kStampBytes);

void AppendHex(std::string& to, uint64_t number, size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = digits; i > 0; --i) to.push_back(kDigits[number >> (4 * (i - 1)) & 0xf]);
}

// Takes so many digits off the front of `from`.
template <class Number>
bool TakeHex(std::string_view& from, size_t digits, Number& number) {
  const char* const end = from.data() + digits;
  const auto parsed = std::from_chars(from.data(), end, number, 16);
  if (parsed.ec != std::errc() || parsed.ptr != end) return false;
  from.remove_prefix(digits);
  return true;
}

}  // namespace

std::string_view NameOf(Kind kind) {
  return kNames[static_cast<size_t>(kind)];
}

std::string WriteStamp(const Stamp& stamp, size_t bytes) {
  std::string text;
  text.reserve(bytes);
  text.append(kMark).push_back(kLetters[static_cast<size_t>(stamp.kind)]);
  AppendHex(text, stamp.run, kShort);
  AppendHex(text, stamp.target, kShort);
  AppendHex(text, stamp.sequence, kShort);
  AppendHex(text, stamp.settled, kShort);
  AppendHex(text, static_cast<uint64_t>(stamp.sent.time_since_epoch().count()), kLong);
  text.push_back(';');
  text.resize(bytes, 'x');
  return text;
}

std::optional<Stamp> ReadStamp(std::string_view head) {
  const size_t at = head.find(kMark);
  if (at == std::string_view::npos || head.size() - at < kStampBytes) return std::nullopt;
  head.remove_prefix(at + kMark.size());
  const size_t kind = kLetters.find(head.front());
  head.remove_prefix(1);
  Stamp stamp;
  uint64_t sent = 0;
  if (kind == std::string_view::npos || !TakeHex(head, kShort, stamp.run) ||
      !TakeHex(head, kShort, stamp.target) || !TakeHex(head, kShort, stamp.sequence) ||
      !TakeHex(head, kShort, stamp.settled) || !TakeHex(head, kLong, sent) || head.front() != ';') {
    return std::nullopt;
  }
  stamp.kind = static_cast<Kind>(kind);
  stamp.sent = Time(Duration(static_cast<int64_t>(sent)));
  return stamp;
}

}  // namespace wsgate::loadgen
