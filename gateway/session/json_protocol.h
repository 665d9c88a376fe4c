// What wsgate.v1.json has besides messages: greeting, requests and their replies, pings, the
// warning before a drain (docs/protocol.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/auth/jwt_verifier.h"
#include "gateway/base/log_gate.h"
#include "gateway/message/inbound.h"
#include "gateway/session/delivery.h"
#include "gateway/session/json_frames.h"
#include "gateway/session/json_request.h"
#include "gateway/session/session_context.h"
#include "gateway/session/session_table.h"
#include "gateway/session/session_writer.h"

namespace wsgate {

// A message's reply is known when the turn's batch was delivered, so every reply waits for that:
// a session gets them in the order of its requests.
//
// Flow:    SessionReader → OnFrame() → context.inbound_batch; Sessions, when that was delivered →
// Reply() → SessionWriter.
// Owner:   Sessions of one shard.   Threads: that shard's only.
// Bounds:  Sessions hands over after a read that left kRepliesMax waiting; what one read brings is
// bounded by its buffer. Replies count into limits.queued_bytes_per_session_max.
class JsonProtocol {
 public:
  static constexpr size_t kRepliesMax = 1024;

  JsonProtocol(SessionContext& context, SessionTable& table, SessionWriter& writer,
               SessionEnder& ender, SessionRenewer& renewer);

  // The session's first frame.
  void Greet(Session& session);
  // A data message of a client, whole.
  void OnFrame(Session& session, PayloadKind frame_kind, std::string_view frame);
  [[nodiscard]] bool full() const { return replies_.size() >= kRepliesMax; }
  // The turn's batch was delivered, less `refused`: sends what is owed.
  void Reply(const InboundRefusals& refused);
  // The Close frame comes next.
  void AnnounceDraining(Session& session, uint32_t reconnect_after_ms);
  // Two frames: for the WebSocket library and for the page, which never sees what the library
  // answers.
  [[nodiscard]] const WirePtr& ping() const { return ping_; }

 private:
  // What a request is owed.
  struct Owed {
    SessionSlot session;
    JsonId id;
    JsonRequestKind kind = JsonRequestKind::kBad;
    JsonError error = JsonError::kBadJson;  // Of kBad.
    std::string detail;                     // Of kBad.
    size_t place = 0;                       // Of kMessage: in the turn's batch.
    std::optional<CloseReason> end;         // The session ends after the replies.
  };
  // What `refresh` with that token comes to: fills `owed`.
  void Refresh(Session& session, std::string_view token, Owed& owed);
  static void Append(const Owed& owed, std::optional<InboundDrop> dropped, std::string& out);
  // Protocol frames are no messages: they are in no count of them.
  void Send(Session& session, std::string frames);

  SessionContext& context_;
  SessionTable& table_;
  SessionWriter& writer_;
  SessionEnder& ender_;
  SessionRenewer& renewer_;
  std::optional<JwtVerifier> verifier_;  // nullopt: `refresh` is no request here.
  JsonRequestParser parser_;
  std::vector<Owed> replies_;
  LogGate log_gate_;
  WirePtr ping_;
};

}  // namespace wsgate
