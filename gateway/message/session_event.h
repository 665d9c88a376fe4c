// Who came and who went, on its way to those who want to know.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/message/close_reason.h"
#include "gateway/message/session_info.h"

namespace wsgate {

struct SessionEvent {
  enum class Kind : uint8_t { kConnected, kDisconnected };

  Kind kind = Kind::kConnected;
  SessionInfo info;   // As the session was at this moment.
  int64_t at_us = 0;  // Wall clock.
  // --- Of kDisconnected:
  uint16_t code =
      0;  // WebSocket close code; 1006: the connection broke, 1005: the client gave none.
  CloseReason reason = CloseReason::kPeerGone;
  std::string
      text;  // Of the Close frame that the gateway sent; empty: the reason's label, or none.
};

// Where shards tell who comes and goes.
// Threads: any; never blocks for long, never calls gRPC.
class SessionEventSink {
 public:
  virtual ~SessionEventSink() = default;
  // False: nobody listens, so nothing need be copied. Asked once for each session that comes or
  // goes: a relaxed load.
  [[nodiscard]] virtual bool wants_events() const = 0;
  // Takes what happened on one shard since it was told last, in order, and leaves the batch empty.
  virtual void Deliver(std::vector<SessionEvent>& batch) = 0;
};

}  // namespace wsgate
