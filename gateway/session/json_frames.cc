#include "gateway/session/json_frames.h"

#include "gateway/config/strings.h"
#include "gateway/message/frame_header.h"
#include "gateway/message/json_text.h"

namespace wsgate {
namespace {

// The requests that hello.features names: what a client may ask for besides `ping`.
constexpr std::string_view kFeatures = R"(["message"])";
constexpr std::string_view kFeaturesWithRefresh = R"(["message","refresh"])";

// `{`, and the request's id where it had one.
size_t Begin(JsonId id, std::string& out) {
  const size_t start = out.size();
  out += '{';
  if (id) Append(out, "\"id\":", *id, ",");
  return start;
}

void End(size_t start, std::string_view rest, std::string& out) {
  out += rest;
  InsertServerFrameHeader(Opcode::kText, start, out);
}

}  // namespace

void AppendHelloFrame(const JsonHello& hello, std::string& out) {
  const size_t start = Begin({}, out);
  out += R"("hello":{"session_id":)";
  AppendJsonString(hello.session_id, out);
  out += R"(,"user_id":)";
  AppendJsonString(hello.user_id, out);
  Append(out, R"(,"ping_interval_ms":)", hello.ping_interval_ms,
         R"(,"version":")" WSGATE_VERSION R"(","features":)",
         hello.refresh ? kFeaturesWithRefresh : kFeatures);
  End(start, "}}", out);
}

void AppendOkFrame(uint64_t id, std::string& out) {
  End(Begin(id, out), R"("ok":{}})", out);
}

void AppendPongFrame(JsonId id, std::string& out) {
  End(Begin(id, out), R"("pong":{}})", out);
}

void AppendErrorFrame(JsonId id, JsonError error, std::string_view detail, std::string& out) {
  const JsonErrorRow& row = RowOf(error);
  const size_t start = Begin(id, out);
  Append(out, R"("error":{"code":")", row.code, R"(","reason":")", row.reason, R"(","message":)");
  AppendJsonString(Cat(row.text, detail), out);
  End(start, "}}", out);
}

void AppendPingFrame(std::string& out) {
  End(Begin({}, out), R"("ping":{}})", out);
}

void AppendDrainingFrame(uint32_t reconnect_after_ms, std::string& out) {
  const size_t start = Begin({}, out);
  Append(out, R"("draining":{"reconnect_after_ms":)", reconnect_after_ms);
  End(start, "}}", out);
}

}  // namespace wsgate
