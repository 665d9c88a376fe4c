// The JSON protocol of centrifuge: one object a line, several lines a frame. The server subscribes
// the session to its channels by itself.
#include "clients/loadgen/dialect.h"

namespace wsgate::loadgen {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

class Centrifuge final : public Dialect {
 public:
  std::string Target(const std::string& user, uint32_t) const override {
    return "/connection/websocket?user=" + user;
  }
  std::string_view Greeting() const override { return R"({"id":1,"connect":{}})"; }
  Heard OnText(std::string_view text) const override {
    Heard heard;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
      OnLine(line, heard);
    }
    return heard;
  }

 private:
  static void OnLine(std::string_view line, Heard& heard) {
    if (line.starts_with(R"({"push":)")) {
      // A publication in a channel, or a message to this session alone.
      if (Contains(line, R"("pub":)") || Contains(line, R"("message":)")) ++heard.messages;
    } else if (line == "{}") {
      heard.ping = true;
      heard.answer = "{}";
    } else if (line.starts_with(R"({"id":1,)")) {
      (Contains(line, R"("connect":)") ? heard.ready : heard.refused) = true;
    }
  }
};

}  // namespace

std::unique_ptr<Dialect> MakeCentrifuge() {
  return std::make_unique<Centrifuge>();
}

}  // namespace wsgate::loadgen
