#include "gateway/base/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace wsgate {
namespace {

constexpr uint8_t kNoDigit = 0xff;

// Digits by value and values by digit.
struct Alphabet {
  std::array<char, 64> digits{};
  std::array<uint8_t, 256> values{};

  // `last_two`: the digits 62 and 63, in which the alphabets differ.
  explicit constexpr Alphabet(std::string_view last_two) {
    constexpr std::string_view kCommon =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (uint8_t& value : values) value = kNoDigit;
    for (size_t i = 0; i < digits.size(); ++i) {
      digits[i] = i < kCommon.size() ? kCommon[i] : last_two[i - kCommon.size()];
      values[static_cast<uint8_t>(digits[i])] = static_cast<uint8_t>(i);
    }
  }
};
constexpr Alphabet kStandard("+/");
constexpr Alphabet kUrl("-_");

uint32_t Byte(std::string_view bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]);
}

// Without padding.
void AppendDigits(std::string_view bytes, const Alphabet& alphabet, std::string& out) {
  const std::array<char, 64>& digits = alphabet.digits;
  const size_t start = out.size();
  out.resize(start + (bytes.size() * 4 + 2) / 3);
  char* to = out.data() + start;
  size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    const uint32_t group = Byte(bytes, at) << 16 | Byte(bytes, at + 1) << 8 | Byte(bytes, at + 2);
    *to++ = digits[group >> 18];
    *to++ = digits[group >> 12 & 63];
    *to++ = digits[group >> 6 & 63];
    *to++ = digits[group & 63];
  }
  if (at == bytes.size()) return;
  const bool two = bytes.size() - at == 2;
  const uint32_t group = Byte(bytes, at) << 16 | (two ? Byte(bytes, at + 1) << 8 : 0);
  *to++ = digits[group >> 18];
  *to++ = digits[group >> 12 & 63];
  if (two) *to = digits[group >> 6 & 63];
}

// `text` has no padding.
bool DecodeDigits(std::string_view text, const Alphabet& alphabet, std::string& out) {
  if (text.size() % 4 == 1) return false;
  uint32_t bits = 0;
  int have = 0;
  for (const char digit : text) {
    const uint8_t value = alphabet.values[static_cast<uint8_t>(digit)];
    if (value == kNoDigit) return false;
    bits = bits << 6 | value;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out.push_back(static_cast<char>(bits >> have));
  }
  // Bits beyond the last byte are zero, so that bytes have one text only.
  return (bits & ((1u << have) - 1)) == 0;
}

}  // namespace

void AppendBase64(std::string_view bytes, std::string& out) {
  AppendDigits(bytes, kStandard, out);
  out.append((3 - bytes.size() % 3) % 3, '=');
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  if (!DecodeDigits(text.substr(0, text.size() - padding), kStandard, out)) return std::nullopt;
  return out;
}

void AppendBase64Url(std::string_view bytes, std::string& out) {
  AppendDigits(bytes, kUrl, out);
}

bool DecodeBase64Url(std::string_view text, std::string& out) {
  return DecodeDigits(text, kUrl, out);
}

}  // namespace wsgate
