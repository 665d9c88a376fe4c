// The Pusher protocol, version 7, as Sockudo speaks it: every client subscribes to the channel
// `all`.
#include "clients/loadgen/dialect.h"

namespace wsgate::loadgen {
namespace {

class Pusher final : public Dialect {
 public:
  std::string Target(const std::string&, uint32_t) const override {
    return "/app/bench-key?protocol=7&client=wsgate-load&version=1&flash=false";
  }
  Heard OnText(std::string_view text) const override {
    if (Is(text, "m")) return {.messages = 1};
    if (Is(text, "pusher:connection_established")) {
      return {.answer = R"({"event":"pusher:subscribe","data":{"channel":"all"}})"};
    }
    if (Is(text, "pusher_internal:subscription_succeeded")) return {.ready = true};
    if (Is(text, "pusher:ping")) {
      return {.ping = true, .answer = R"({"event":"pusher:pong","data":{}})"};
    }
    if (Is(text, "pusher:error")) return {.refused = true};
    return {};
  }

 private:
  static bool Is(std::string_view text, std::string_view event) {
    constexpr std::string_view kEvent = R"("event":")";
    const size_t at = text.find(kEvent);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + kEvent.size());
    return text.starts_with(event) && text.substr(event.size()).starts_with('"');
  }
};

}  // namespace

std::unique_ptr<Dialect> MakePusher() {
  return std::make_unique<Pusher>();
}

}  // namespace wsgate::loadgen
