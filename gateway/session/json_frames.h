// What the gateway itself says to a session of wsgate.v1.json: whole text frames.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/session/json_error.h"

namespace wsgate {

using JsonId = std::optional<uint64_t>;  // Of a request; nullopt: it had none, nor has the reply.

struct JsonHello {
  std::string_view session_id;
  std::string_view user_id;
  int64_t ping_interval_ms = 0;
  bool refresh = false;  // A request here.
};

// Each appends one frame.
void AppendHelloFrame(const JsonHello& hello, std::string& out);
void AppendOkFrame(uint64_t id, std::string& out);
void AppendPongFrame(JsonId id, std::string& out);
void AppendErrorFrame(JsonId id, JsonError error, std::string_view detail, std::string& out);
void AppendPingFrame(std::string& out);
void AppendDrainingFrame(uint32_t reconnect_after_ms, std::string& out);

}  // namespace wsgate
