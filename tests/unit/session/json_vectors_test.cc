// tests/vectors through one shard's session engine.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gateway/base/base64.h"
#include "tests/support/session_engine.h"

namespace wsgate {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

Json Vectors(const std::string& name) {
  std::ifstream file(TEST_VECTORS "/" + name);
  return Json::parse(file);
}

// What the session got since the last call, but for the text of errors, which must be there.
Json Replies(Connected& session) {
  Json replies = Json::array();
  session.client.TakeAvailable();
  while (const auto frame = session.client.ReadFrame(milliseconds(0))) {
    EXPECT_EQ(frame->opcode, Opcode::kText);
    Json reply = Json::parse(frame->payload);
    if (reply.contains("error")) {
      EXPECT_FALSE(reply["error"].at("message").get<std::string>().empty());
      reply["error"].erase("message");
    }
    replies.push_back(std::move(reply));
  }
  return replies;
}

std::string FrameOf(const Json& frame) {
  if (frame.is_string()) return TextFrame(frame.get<std::string>());
  return ClientFrameBytes(0x2, DecodeBase64(frame.at("binary").get<std::string>()).value());
}

Json Received(const InboundMessage& message) {
  switch (message.kind) {
    case PayloadKind::kText:
      return {{"text", message.payload}};
    case PayloadKind::kJson:
      return {{"json", message.payload}};
    case PayloadKind::kBinary:
      break;
  }
  std::string base64;
  AppendBase64(message.payload, base64);
  return {{"binary", base64}};
}

TEST(JsonVectorsTest, Requests) {
  for (const Json& vector : Vectors("requests.json")) {
    SCOPED_TRACE(vector.at("name"));
    SessionEngine engine;
    Connected session = engine.Connect({.user_id = "ada", .subprotocol = Subprotocol::kJson});
    ASSERT_EQ(Replies(session).size(), 1u) << "hello";
    const std::string consumer = vector.value("consumer", "taking");
    engine.inbound().listening = consumer != "none";
    if (consumer == "full") engine.inbound().room = 0;
    std::string bytes;
    for (const Json& frame : vector.at("frames")) bytes += FrameOf(frame);
    session.client.Send(bytes);
    engine.Readable(session.slot);
    engine.Finish();
    EXPECT_EQ(Replies(session), vector.at("replies"));
    Json received = Json::array();
    for (const InboundMessage& message : engine.inbound().messages) {
      EXPECT_EQ(message.user_id, "ada");
      received.push_back(Received(message));
    }
    EXPECT_EQ(received, vector.at("received"));
    EXPECT_EQ(engine.Stats().sessions, 1) << "the session lives";
  }
}

TEST(JsonVectorsTest, Pushes) {
  for (const Json& vector : Vectors("pushes.json")) {
    SCOPED_TRACE(vector.at("name"));
    SessionEngine engine;
    Connected session = engine.Connect({.subprotocol = Subprotocol::kJson});
    ASSERT_EQ(Replies(session).size(), 1u) << "hello";
    const auto send = vector.at("send").begin();
    const std::string& kind = send.key();
    const auto payload = send.value().get<std::string>();
    const MessagePtr message =
        kind == "binary" ? MakeMessage(PayloadKind::kBinary, DecodeBase64(payload).value(), {})
        : kind == "json" ? MakeMessage(PayloadKind::kJson, payload, {})
                         : TextMessage(payload);
    EXPECT_EQ(engine.SendToSession(session.slot, message).queued, 1u);
    EXPECT_EQ(Replies(session), Json::array({vector.at("push")}));
  }
}

}  // namespace
}  // namespace wsgate
