// One peer after its upgrade. Idle, it is this struct, its facts and an epoll entry: no buffer, no
// pending operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "gateway/base/ids.h"
#include "gateway/base/token_bucket.h"
#include "gateway/message/close_reason.h"
#include "gateway/message/session_facts.h"
#include "gateway/session/outbound_queue.h"
#include "gateway/websocket/message_reader.h"

namespace wsgate {

inline constexpr uint32_t kNoSlot = 0xffffffff;

// free → open → closing → free:
//
//   open      is counted, found and sent to.
//   closing   has its Close frame on the way; what it still says is read and thrown away until it
//   hangs up.
enum class SessionState : uint8_t { kFree, kOpen, kClosing };

// Flow:    poller → SessionReader → inbound sink; Delivery → SessionWriter → socket.
// Owner:   SessionTable of one shard.   Threads: that shard's only.
// Bounds:  limits.message_bytes_max while a message is incomplete;
// limits.queued_bytes_per_session_max queued.
//
// A broadcast walks all sessions, and what one write costs in the kernel throws most of this out of
// the caches: the first 64 bytes are all that a write or a ping needs.
struct alignas(64) Session {
  int fd = -1;
  SessionSlot slot;
  SessionState state = SessionState::kFree;
  bool revisit : 1 =
      false;  // On the list of those who have more to read than their share of a turn.
  bool hung_up : 1 = false;  // The peer has shut its side; what it said before is still being read.
  bool shut : 1 = false;     // Closing, and everything is in the kernel: the write side is shut.
  bool own_limits : 1 = false;  // Some of its facts' limits stand in place of the node's.
  Encoding encoding : 4 = Encoding::kRaw;
  bool tls : 1 = false;          // Its bytes go through the shard's TlsStreams.
  bool paused : 1 = false;       // Not read: as many of its messages wait for answers as may.
  uint8_t deflate_bits : 4 = 0;  // As its facts have it.
  bool has_token : 1 = false;    // Its facts have a token, whose deadline is the session's.
  std::unique_ptr<OutboundQueue> queue;  // Null: nothing waits.
  uint64_t messages_sent = 0;
  uint32_t timer_next = kNoSlot;  // The wheel's list.
  uint32_t timer_previous = kNoSlot;
  uint32_t timer_due = 0;                 // Tick.
  uint32_t received_tick = 0;             // When the peer was last heard.
  std::unique_ptr<MessageReader> reader;  // Null: at a message boundary.
  uint64_t messages_received = 0;

  TokenBucket message_bucket;
  TokenBucket byte_bucket;
  SessionFacts facts;
  int64_t connected_at_us = 0;   // Wall clock.
  uint32_t user_next = kNoSlot;  // The user's other sessions, a ring.
  uint32_t user_previous = kNoSlot;
  uint16_t unanswered = 0;  // Messages that wait for their answers.

  [[nodiscard]] uint64_t queued_bytes() const { return queue ? queue->bytes() : 0; }
};
static_assert(sizeof(Session) == 128, "an idle session must stay small");
static_assert(offsetof(Session, message_bucket) == 64, "what a write needs comes first");

}  // namespace wsgate
