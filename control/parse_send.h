// The four kinds of sends become what the router understands, whether they come as calls of their
// own or on a stream.
#pragma once

#include <grpcpp/support/status.h>

#include <optional>
#include <string_view>

#include "gateway/fanout/router.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

struct Send {
  Destination to;
  MessagePtr message;
};
struct ParsedSend {
  std::optional<Send> send;
  grpc::Status status;  // Why there is no send.
};

// What is allowed now.
struct SendRules {
  uint64_t bytes_max = 0;        // limits.send_bytes_max.
  uint64_t incarnation = 0;      // Of this process: a session of another is not found.
  std::string_view tenant = {};  // Only sessions whose tenant begins so.
};

// `accepted_at` is when the send arrived.
[[nodiscard]] ParsedSend ParseSend(const v1::SendToUserRequest& request, const SendRules& rules,
                                   Time accepted_at);
[[nodiscard]] ParsedSend ParseSend(const v1::SendToUsersRequest& request, const SendRules& rules,
                                   Time accepted_at);
[[nodiscard]] ParsedSend ParseSend(const v1::SendToSessionRequest& request, const SendRules& rules,
                                   Time accepted_at);
[[nodiscard]] ParsedSend ParseSend(const v1::BroadcastRequest& request, const SendRules& rules,
                                   Time accepted_at);
[[nodiscard]] ParsedSend ParseSend(const v1::SendStreamRequest& item, const SendRules& rules,
                                   Time accepted_at);

}  // namespace wsgate
