#include "gateway/base/ids.h"

#include <functional>
#include <random>

namespace wsgate {
namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr size_t kTextLength = 26;  // 128 bits, 5 a character; the last character carries 3.

int ValueOf(char c) {
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

}  // namespace

bool IsValidUserId(std::string_view id) {
  if (id.empty() || id.size() > kUserIdBytesMax) return false;
  for (const unsigned char c : id) {
    if (c < 0x20 || c == 0x7f) return false;
  }
  return true;
}

std::string SessionId::ToString() const {
  const uint64_t low = (uint64_t{shard} << 56) | (uint64_t{slot.index} << 32) | slot.generation;
  unsigned __int128 bits = (static_cast<unsigned __int128>(incarnation) << 64) | low;
  std::string text(kTextLength, 'a');
  text[kTextLength - 1] = kAlphabet[static_cast<size_t>(bits & 7) << 2];
  bits >>= 3;
  for (size_t i = kTextLength - 1; i-- > 0; bits >>= 5) {
    text[i] = kAlphabet[static_cast<size_t>(bits & 31)];
  }
  return text;
}

std::optional<SessionId> SessionId::Parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  unsigned __int128 bits = 0;
  for (size_t i = 0; i + 1 < kTextLength; ++i) {
    const int value = ValueOf(text[i]);
    if (value < 0) return std::nullopt;
    bits = (bits << 5) | static_cast<unsigned>(value);
  }
  const int last = ValueOf(text[kTextLength - 1]);
  if (last < 0 || (last & 3) != 0) return std::nullopt;
  bits = (bits << 3) | static_cast<unsigned>(last >> 2);
  const uint64_t low = static_cast<uint64_t>(bits);
  return SessionId{.incarnation = static_cast<uint64_t>(bits >> 64),
                   .shard = static_cast<uint8_t>(low >> 56),
                   .slot = {.index = static_cast<uint32_t>(low >> 32) & 0xffffff,
                            .generation = static_cast<uint32_t>(low)}};
}

uint64_t RandomIncarnation() {
  std::random_device random;
  return (uint64_t{random()} << 32) | random();
}

uint32_t HomeShard(std::string_view user_id, uint32_t shard_count) {
  return shard_count == 1
             ? 0
             : static_cast<uint32_t>(std::hash<std::string_view>{}(user_id) % shard_count);
}

}  // namespace wsgate
