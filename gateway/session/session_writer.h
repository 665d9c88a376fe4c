// The one place from which bytes leave for a session's socket.
#pragma once

#include <span>

#include "gateway/session/session.h"
#include "gateway/session/session_context.h"

namespace wsgate {

enum class SendResult : uint8_t {
  kQueued,     // In the kernel or in the session's queue.
  kQueueFull,  // It would have waited above limits.queued_bytes_per_session_max: the session must
               // end.
  kBroken,     // The connection is broken: the session must end.
};

// Flow:    Delivery, Sessions → SessionWriter → socket, or the session's queue.
// Owner:   Sessions of one shard.   Threads: that shard's only.
// Bounds:  limits.queued_bytes_per_session_max a session; beyond it kQueueFull.
class SessionWriter {
 public:
  explicit SessionWriter(SessionContext& context) : context_(context) {}

  // What became of messages.
  struct Report {
    SendResult result = SendResult::kQueued;
    // So many of them, from the first on, are in the kernel or in the queue; with kQueued all.
    size_t queued = 0;
  };
  // Sends whole messages: at once where the socket takes them, else later. With kQueueFull the
  // queue keeps only what the socket has begun to take.
  [[nodiscard]] Report SendMessages(Session& session, std::span<const WirePtr> wires);
  // Sends a control frame; never refused for size.
  [[nodiscard]] SendResult SendControl(Session& session, QueuedKind kind, WirePtr frame);
  // Goes on with what waits. False: the connection is broken.
  [[nodiscard]] bool Flush(Session& session);
  // Drops what waits and is not started, and counts it.
  void DropWaiting(Session& session);

 private:
  [[nodiscard]] uint64_t QueuedBytesMax(const Session& session) const;
  // Bytes that the kernel took, or -1: the connection is broken.
  int64_t Write(Session& session, std::span<const iovec> parts);
  void CountDeflated(const WireBuffer& wire);
  void Enqueue(Session& session, QueuedKind kind, WirePtr wire, size_t sent);

  SessionContext& context_;
};

}  // namespace wsgate
