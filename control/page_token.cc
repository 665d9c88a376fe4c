#include "control/page_token.h"

#include <array>
#include <cstring>

#include "absl/strings/escaping.h"

namespace wsgate {
namespace {

// Finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
// 2014).
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

uint64_t HashText(std::string_view text, uint64_t seed) {
  uint64_t hash = Mix(seed ^ text.size());
  while (!text.empty()) {
    uint64_t word = 0;
    const size_t bytes = std::min(text.size(), sizeof(word));
    std::memcpy(&word, text.data(), bytes);
    hash = Mix(hash ^ word);
    text.remove_prefix(bytes);
  }
  return hash;
}

// The checksum, then what it covers, scrambled by it.
struct Token {
  uint64_t check = 0;
  std::array<uint64_t, 3> body{};  // Incarnation, filter, shard and slot.

  [[nodiscard]] uint64_t Check() const {
    uint64_t hash = 0x7773676174650001;  // Version 1.
    for (const uint64_t word : body) hash = Mix(hash ^ word);
    return hash;
  }
  void Scramble() {
    for (size_t i = 0; i < body.size(); ++i) body[i] ^= Mix(check + i);
  }
};
static_assert(sizeof(Token) == 32);

}  // namespace

std::string MakePageToken(uint64_t incarnation, ListCursor cursor, uint64_t filter_hash) {
  Token token;
  token.body = {incarnation, filter_hash, uint64_t{cursor.shard} << 32 | cursor.slot};
  token.check = token.Check();
  token.Scramble();
  std::string bytes(sizeof(token), '\0');
  std::memcpy(bytes.data(), &token, sizeof(token));
  return absl::WebSafeBase64Escape(bytes);
}

std::optional<ListCursor> ParsePageToken(std::string_view token, uint64_t incarnation,
                                         uint64_t filter_hash) {
  std::string bytes;
  Token parsed;
  if (token.size() > 2 * sizeof(parsed) ||
      !absl::WebSafeBase64Unescape({token.data(), token.size()}, &bytes) ||
      bytes.size() != sizeof(parsed)) {
    return std::nullopt;
  }
  std::memcpy(&parsed, bytes.data(), sizeof(parsed));
  parsed.Scramble();
  if (parsed.check != parsed.Check() || parsed.body[0] != incarnation ||
      parsed.body[1] != filter_hash) {
    return std::nullopt;
  }
  return ListCursor{.shard = static_cast<uint32_t>(parsed.body[2] >> 32),
                    .slot = static_cast<uint32_t>(parsed.body[2])};
}

uint64_t HashFilter(const SessionFilter& filter) {
  uint64_t users = 0;  // Sums: a set has no order.
  for (const std::string& id : filter.user_ids) users += HashText(id, 1);
  uint64_t sessions = 0;
  for (const std::string& id : filter.session_ids) sessions += HashText(id, 2);
  uint64_t metadata = 0;
  for (const auto& [key, value] : filter.metadata) metadata += HashText(value, HashText(key, 3));
  uint64_t hash = Mix(users);
  hash = Mix(hash ^ sessions);
  hash = Mix(hash ^ metadata);
  hash = Mix(hash ^ HashText(filter.path_prefix, 4));
  hash = Mix(hash ^ HashText(filter.subprotocol, 5));
  return Mix(hash ^ static_cast<uint64_t>(filter.connected_for.count()));
}

}  // namespace wsgate
