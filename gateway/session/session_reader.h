// Reads what a session's socket has, within its share of a turn.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "gateway/session/json_protocol.h"
#include "gateway/session/session.h"
#include "gateway/session/session_context.h"
#include "gateway/session/session_writer.h"

namespace wsgate {

// Why and with which words a session ends.
struct Ending {
  CloseReason reason = CloseReason::kPeerGone;
  uint16_t code = 0;  // 0: the reason's own; of kClientClosed: the client had none.
  std::string text;   // Empty: the reason's own label.
};

// Flow:    poller → Sessions → SessionReader → context.inbound_batch.
// Owner:   Sessions of one shard.   Threads: that shard's only.
// Bounds:  one buffer of 64 KiB a turn and session; limits.message_bytes_max, messages_per_second,
// bytes_per_second.
class SessionReader {
 public:
  SessionReader(SessionContext& context, SessionWriter& writer, JsonProtocol& json)
      : context_(context), writer_(writer), json_(json) {}

  // What Read() found: either an end, or whether there is more to read in a later turn.
  struct Result {
    std::optional<Ending> ending;
    bool more = false;
  };
  // `tick`: the wheel's, noted as the time when the peer was last heard.
  [[nodiscard]] Result Read(Session& session, std::span<char> scratch, uint32_t tick);

  // Goes on with what was read before the session was paused.
  [[nodiscard]] std::optional<Ending> ReadKept(Session& session);

  // Reads and throws away. True: the peer has hung up.
  [[nodiscard]] static bool Discard(int fd, std::span<char> scratch);

 private:
  std::optional<Ending> OnBytes(Session& session, std::span<char> bytes);
  std::optional<Ending> OnEvent(Session& session, const ReadEvent& event, const Limits& limits);
  std::optional<Ending> OnMessage(Session& session, const ReadEvent& event, const Limits& limits);

  SessionContext& context_;
  SessionWriter& writer_;
  JsonProtocol& json_;
  InflaterPool inflaters_;
  uint64_t waits_counted_ = 0;  // Of inflaters_.refused().
  MessageReader spare_;         // Serves every session that is at a message boundary.
};

}  // namespace wsgate
