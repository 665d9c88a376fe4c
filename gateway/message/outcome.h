// What became of a send on the shards it concerned.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

// Why a message that a session was meant to get went nowhere.
enum class DropReason : uint8_t {
  kQueueFull,  // The session's queue was at its bound; the session ends as a slow consumer.
  kClosing,    // The session was already being closed.
  kClosed,     // The session ended between the send's acceptance and its turn.
};
inline constexpr std::array<std::string_view, 3> kDropReasons = {"queue_full", "closing", "closed"};
inline constexpr size_t kDropReasonCount = kDropReasons.size();

// matched == queued + sum(dropped), always.
struct Outcome {
  uint32_t matched = 0;
  uint32_t queued = 0;
  std::array<uint32_t, kDropReasonCount> dropped{};
  uint32_t offline = 0;
  uint32_t shards_asked = 0;
  uint32_t shards_full = 0;  // Never part of matched.
  std::vector<std::string> offline_users;

  void Queued() { ++matched, ++queued; }
  void Dropped(DropReason reason) { ++matched, ++dropped[static_cast<size_t>(reason)]; }
  Outcome& operator+=(const Outcome& other);
};

}  // namespace wsgate
