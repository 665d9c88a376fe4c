// Frames as a client sends them, good and bad ones: for tests of the reading side.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsgate::testing {

inline constexpr uint8_t kFin = 0x80, kRsv1 = 0x40;
inline constexpr uint8_t kContinuation = 0x0, kText = 0x1, kBinary = 0x2;
inline constexpr uint8_t kClose = 0x8, kPing = 0x9, kPong = 0xA;

// How many bytes the length takes beside the 7 bits: the shortest form, or one that the test wants.
enum class LengthBytes { kShortest = -1, kNone = 0, kTwo = 2, kEight = 8 };

using MaskBytes = std::array<char, 4>;
inline constexpr MaskBytes kSomeMask = {'\x37', '\xfa', '\x21', '\x3d'};

// The header alone: `first` is the first byte as it is sent, FIN and reserved bits included.
inline std::string MaskedHeader(uint8_t first, uint64_t length, MaskBytes mask = kSomeMask,
                                LengthBytes form = LengthBytes::kShortest) {
  if (form == LengthBytes::kShortest) {
    form = length < 126       ? LengthBytes::kNone
           : length <= 0xffff ? LengthBytes::kTwo
                              : LengthBytes::kEight;
  }
  std::string out(1, static_cast<char>(first));
  const uint8_t short_length = form == LengthBytes::kNone  ? static_cast<uint8_t>(length)
                               : form == LengthBytes::kTwo ? 126
                                                           : 127;
  out.push_back(static_cast<char>(0x80 | short_length));
  for (int shift = 8 * (static_cast<int>(form) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(length >> shift));
  }
  return out.append(mask.data(), mask.size());
}

inline std::string MaskedFrame(uint8_t first, std::string_view payload, MaskBytes mask = kSomeMask,
                               LengthBytes form = LengthBytes::kShortest) {
  std::string out = MaskedHeader(first, payload.size(), mask, form);
  for (size_t i = 0; i < payload.size(); ++i) {
    out.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  }
  return out;
}

inline std::string ClosePayload(uint16_t code, std::string_view reason) {
  std::string out = {static_cast<char>(code >> 8), static_cast<char>(code)};
  return out.append(reason);
}

}  // namespace wsgate::testing
