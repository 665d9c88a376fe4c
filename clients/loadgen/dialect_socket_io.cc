// Socket.IO 5 over Engine.IO 4, WebSocket only: a digit for Engine.IO's packet, then one for
// Socket.IO's.
#include "clients/loadgen/dialect.h"

namespace wsgate::loadgen {
namespace {

class SocketIo final : public Dialect {
 public:
  std::string Target(const std::string& user, uint32_t) const override {
    return "/socket.io/?EIO=4&transport=websocket&user=" + user;
  }
  Heard OnText(std::string_view text) const override {
    if (text.starts_with("42")) return {.messages = 1};     // An event.
    if (text == "2") return {.ping = true, .answer = "3"};  // Ping, pong.
    if (text.starts_with("0")) return {.answer = "40"};     // Engine.IO open: join `/`.
    if (text.starts_with("40")) return {.ready = true};     // Joined.
    if (text.starts_with("44") || text == "1") return {.refused = true};
    return {};
  }
};

}  // namespace

std::unique_ptr<Dialect> MakeSocketIo() {
  return std::make_unique<SocketIo>();
}

}  // namespace wsgate::loadgen
