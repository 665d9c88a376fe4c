// Names of things that outlive a pointer.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wsgate {

// A user's name as a backend knows it: 1 to 255 bytes of UTF-8 without control characters; empty
// for nobody.
inline constexpr size_t kUserIdBytesMax = 255;
[[nodiscard]] bool IsValidUserId(std::string_view id);

// A session inside its shard: a place in the table and how often that place has been used. Never a
// pointer.
struct SessionSlot {
  uint32_t index = 0;  // Below 2^24.
  uint32_t generation = 0;
  friend bool operator==(const SessionSlot&, const SessionSlot&) = default;
};

inline constexpr uint32_t kSlotsPerShardMax = 1u << 24;

// A session outside its shard: process incarnation (64 random bits), shard, slot, generation. The
// text form is 26 characters of lower-case base32 (RFC 4648 alphabet, no padding).
struct SessionId {
  uint64_t incarnation = 0;
  uint8_t shard = 0;
  SessionSlot slot;

  [[nodiscard]] std::string ToString() const;
  // nullopt where the text is not one that ToString() makes.
  [[nodiscard]] static std::optional<SessionId> Parse(std::string_view text);
  friend bool operator==(const SessionId&, const SessionId&) = default;
  template <class H>
  friend H AbslHashValue(H hash, const SessionId& id) {
    return H::combine(std::move(hash), id.incarnation, id.shard, id.slot.index, id.slot.generation);
  }
};

// 64 random bits that name this process among all that ever ran.
[[nodiscard]] uint64_t RandomIncarnation();

// The shard on which a user's sessions live.
[[nodiscard]] uint32_t HomeShard(std::string_view user_id, uint32_t shard_count);

}  // namespace wsgate
