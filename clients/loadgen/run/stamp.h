// What every payload of a run begins with: whose it is, its number, and when it was sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"

namespace wsgate::loadgen {

// Each kind numbers its messages by itself: sends for each user, broadcasts and bursts for all,
// messages of clients for each session.
enum class Kind : uint8_t { kSend, kBroadcast, kBurst, kMessage };
inline constexpr size_t kKinds = 4;
// "sends", "broadcasts", "bursts", "messages".
std::string_view NameOf(Kind kind);

struct Stamp {
  Kind kind = Kind::kSend;
  uint32_t run = 0;       // Tells two runs against one gateway apart.
  uint32_t target = 0;    // The user's number; of a message, the session's.
  uint32_t sequence = 0;  // From 1.
  uint32_t settled = 0;   // All up to this one were answered before this one was sent.
  Time sent{};            // The monotonic clock, which the processes of one machine share.
};

inline constexpr size_t kStampBytes = 62;

// The stamp as text, filled up to `bytes`, which must be at least kStampBytes.
std::string WriteStamp(const Stamp& stamp, size_t bytes);
// Finds a stamp, which may lie within an envelope; nothing where there is none.
std::optional<Stamp> ReadStamp(std::string_view head);

}  // namespace wsgate::loadgen
