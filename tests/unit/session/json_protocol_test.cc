// Sessions of wsgate.v1.json beside raw ones: who gets what, in which order, and how they end.
#include "gateway/session/json_protocol.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/session_engine.h"

namespace wsgate {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Texts = std::vector<std::string>;

// Payloads since the last call; of a Close its code and reason, of a ping its name.
Texts Got(Connected& session) {
  Texts got;
  session.client.TakeAvailable();
  while (const auto frame = session.client.ReadFrame(milliseconds(0))) {
    if (frame->opcode == Opcode::kClose) {
      got.push_back(std::to_string(frame->close_code()) + " " + frame->close_reason());
    } else {
      got.push_back(frame->opcode == Opcode::kPing ? "ping" : frame->payload);
    }
  }
  return got;
}

Connected Join(SessionEngine& engine, std::string user_id = "", int send_buffer = 0) {
  return engine.Connect({.user_id = std::move(user_id), .subprotocol = Subprotocol::kJson},
                        send_buffer);
}

void Say(SessionEngine& engine, Connected& session, std::string_view frame) {
  session.client.Send(TextFrame(frame));
  engine.Readable(session.slot);
}

TEST(JsonProtocolTest, HelloComesFirstAndSaysWhoTheyAre) {
  SessionEngine engine({}, SessionSettings{.ping_interval = seconds(25)});
  Connected other = engine.Connect({});
  const AnswerPtr before = engine.Send(nullptr, "before");
  Connected ada = Join(engine, "a\"da");
  (void)engine.Send(nullptr, "after");
  engine.Finish();
  const Texts got = Got(ada);
  ASSERT_EQ(got.size(), 2u) << "what was accepted before it came is not for it";
  EXPECT_EQ(Json::parse(got[0]),
            (Json{{"hello",
                   {{"session_id", engine.sessions().Describe(ada.slot)->id.ToString()},
                    {"user_id", "a\"da"},
                    {"ping_interval_ms", 25000},
                    {"version", WSGATE_VERSION},
                    {"features", {"message"}}}}}));
  EXPECT_EQ(got[1], R"({"message":{"text":"after"}})");
  EXPECT_EQ(Got(other), (Texts{"before", "after"})) << "raw ones are not greeted";
  EXPECT_EQ(before->outcome.matched, 1u);
  EXPECT_EQ(engine.Stats().messages_sent, 3u) << "hello is no message";
  EXPECT_EQ(engine.Stats().bytes_sent, 16u) << "payload is counted as services see it";
  Connected nobody = Join(engine);
  EXPECT_EQ(Json::parse(Got(nobody).at(0))["hello"]["user_id"], "");
}

TEST(JsonProtocolTest, ABurstIsOneBufferForEachEncoding) {
  SessionEngine engine;
  Connected raw = engine.Connect({});
  Connected json = Join(engine);
  Connected json_too = Join(engine);
  Got(json);
  Got(json_too);
  const uint64_t writes = engine.Stats().socket_writes;
  (void)engine.Send(nullptr, "1");
  (void)engine.Send(nullptr, "\"2\"");
  engine.Finish();
  EXPECT_EQ(engine.Stats().socket_writes - writes, 3u);
  EXPECT_EQ(Got(raw), (Texts{"1", "\"2\""}));
  const Texts expected{R"({"message":{"text":"1"}})", R"({"message":{"text":"\"2\""}})"};
  EXPECT_EQ(Got(json), expected);
  EXPECT_EQ(Got(json_too), expected);
}

TEST(JsonProtocolTest, RepliesOfATurnGoOutInOneWriteForEachSession) {
  SessionEngine engine;
  Connected ada = Join(engine);
  Connected bob = Join(engine);
  Got(ada);
  Got(bob);
  const uint64_t writes = engine.Stats().socket_writes;
  ada.client.Send(TextFrame(R"({"id":1,"message":{"text":"a"}})") +
                  TextFrame(R"({"id":2,"ping":{}})"));
  engine.Readable(ada.slot);
  Say(engine, bob, R"({"id":1,"message":{"text":"b"}})");
  EXPECT_EQ(Got(ada), Texts{}) << "whether it was taken is not known yet";
  engine.Finish();
  EXPECT_EQ(engine.Stats().socket_writes - writes, 2u);
  EXPECT_EQ(Got(ada), (Texts{R"({"id":1,"ok":{}})", R"({"id":2,"pong":{}})"}));
  EXPECT_EQ(Got(bob), Texts{R"({"id":1,"ok":{}})"});
}

TEST(JsonProtocolTest, EachMessageOfABatchHasItsOwnAnswer) {
  SessionEngine engine;
  engine.inbound().room = 3;
  Connected raw = engine.Connect({});
  Connected ada = Join(engine);
  Connected bob = Join(engine);
  Got(ada);
  Got(bob);
  Say(engine, ada, R"({"id":1,"message":{"text":"taken"}})");
  Say(engine, raw, "taken");
  Say(engine, ada, R"({"message":{"text":"taken, and nothing said of it"}})");
  Say(engine, raw, "refused");
  Say(engine, bob, R"({"id":1,"message":{"text":"refused"}})");
  Say(engine, ada, R"({"id":3,"message":{"text":"refused"}})");
  engine.Finish();
  const Texts got = Got(ada);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0], R"({"id":1,"ok":{}})");
  EXPECT_EQ(Json::parse(got[1])["error"]["reason"], "CONSUMER_FULL");
  EXPECT_EQ(Json::parse(got[1])["id"], 3);
  EXPECT_EQ(Json::parse(Got(bob).at(0))["error"]["reason"], "CONSUMER_FULL");
  EXPECT_EQ(engine.inbound().messages.size(), 3u);
  const StatsValues stats = engine.Stats();
  EXPECT_EQ(stats.messages_received[PayloadKind::kText], 6u);
  EXPECT_EQ(stats.bytes_received, 5u + 5 + 29 + 7 + 7 + 7);
}

TEST(JsonProtocolTest, OnlyMessagesAreCountedAsMessages) {
  SessionEngine engine;
  Connected ada = Join(engine);
  for (const std::string_view frame :
       {R"({"ping":{}})", R"({"pong":{}})", "x", R"({"message":{"json":[1]}})",
        R"({"message":{"binary":"AAAA"}})", R"({"message":{"binary":"bad"}})"}) {
    Say(engine, ada, frame);
  }
  engine.Finish();
  const StatsValues stats = engine.Stats();
  EXPECT_EQ(stats.messages_received[PayloadKind::kText], 0u);
  EXPECT_EQ(stats.messages_received[PayloadKind::kBinary], 1u);
  EXPECT_EQ(stats.messages_received[PayloadKind::kJson], 1u);
  EXPECT_EQ(stats.bytes_received, 6u);
  EXPECT_EQ(engine.sessions().Describe(ada.slot)->messages_received, 2u);
}

TEST(JsonProtocolTest, EveryFrameCountsIntoTheMessageRate) {
  Limits limits;
  limits.messages_per_second = 1;
  limits.messages_burst = 4;
  SessionEngine engine(limits);
  Connected ada = Join(engine);
  Got(ada);
  for (const std::string_view frame : {R"({"ping":{}})", R"({"pong":{}})", "x", "{}"}) {
    Say(engine, ada, frame);
  }
  engine.Finish();
  EXPECT_EQ(Got(ada).size(), 3u);
  ada.client.Send(TextFrame(R"({"ping":{}})"));
  engine.Readable(ada.slot);
  EXPECT_EQ(Got(ada), Texts{"4503 message_rate"});
}

TEST(JsonProtocolTest, AMessageBeforeTheCloseIsAnsweredBeforeTheEcho) {
  SessionEngine engine;
  Connected ada = Join(engine);
  Got(ada);
  ada.client.Send(TextFrame(R"({"id":1,"message":{"text":"last words"}})") + CloseFrameBytes(1000));
  engine.Readable(ada.slot);
  EXPECT_EQ(Got(ada), (Texts{R"({"id":1,"ok":{}})", "1000 "}));
  EXPECT_EQ(engine.inbound().messages.size(), 1u);
}

TEST(JsonProtocolTest, ASessionThatEndedIsOwedNothing) {
  SessionEngine engine;
  Connected ada = Join(engine);
  Got(ada);
  Say(engine, ada, R"({"id":1,"ping":{}})");
  EXPECT_EQ(engine.sessions().KickSession(ada.slot, {.code = 4500, .reason = "kicked"}), 1u);
  engine.Finish();
  EXPECT_EQ(Got(ada), Texts{"4500 kicked"});
}

TEST(JsonProtocolTest, WhoAsksAndNeverReadsIsASlowConsumer) {
  Limits limits;
  limits.queued_bytes_per_session_max = 10'000;
  limits.messages_per_second = 0;
  limits.bytes_per_second = 0;
  SessionEngine engine(limits);
  Connected deaf = Join(engine, "deaf", /*send_buffer=*/4096);
  std::string pings;
  for (int i = 0; i < 500; ++i) pings += TextFrame(R"({"ping":{}})");
  for (int round = 0; round < 50 && engine.Stats().sessions == 1; ++round) {
    deaf.client.Send(pings);
    engine.Readable(deaf.slot);
    engine.Finish();
    ASSERT_LE(engine.Stats().queued_bytes, 10'000);
  }
  EXPECT_EQ(engine.Stats().closed[CloseReason::kSlowConsumer], 1u);
  EXPECT_EQ(engine.Stats().queue_dropped, 0u) << "replies are no messages";
}

TEST(JsonProtocolTest, ManyRepliesDoNotWaitForTheEndOfTheTurn) {
  Limits limits;
  limits.messages_per_second = 0;
  limits.bytes_per_second = 0;
  SessionEngine engine(limits);
  Connected ada = Join(engine);
  Got(ada);
  std::string pings;
  for (size_t i = 0; i < JsonProtocol::kRepliesMax; ++i) pings += TextFrame(R"({"ping":{}})");
  ada.client.Send(pings);
  engine.Readable(ada.slot);
  EXPECT_EQ(Got(ada).size(), JsonProtocol::kRepliesMax);
}

TEST(JsonProtocolTest, ADrainIsAnnouncedWithTheCloseReasonsOwnDelay) {
  SessionEngine engine;
  Connected ada = Join(engine);
  Connected raw = engine.Connect({});
  Got(ada);
  (void)engine.Send(nullptr, "owed");
  ReleasePace pace(ReleasePace::kAtOnce, 2, SteadyNow());
  engine.sessions().Release(pace, SteadyNow());
  const Texts got = Got(ada);
  ASSERT_EQ(got.size(), 3u);
  const std::string after =
      std::to_string(Json::parse(got[0]).at("draining").at("reconnect_after_ms").get<int>());
  EXPECT_EQ(got[1], R"({"message":{"text":"owed"}})");
  EXPECT_EQ(got[2], "4000 draining reconnect_after_ms=" + after);
  EXPECT_EQ(Got(raw).size(), 2u) << "the message and the Close";
}

TEST(JsonProtocolTest, APageIsPingedHoweverLivelyItIs) {
  SessionEngine engine({}, SessionSettings{.ping_interval = seconds(10)});
  Connected lively = Join(engine);
  Connected silent = Join(engine);
  Got(lively);
  Got(silent);
  for (int second = 0; second < 40; ++second) {
    engine.NextTurn(seconds(1));
    lively.client.Send(TextFrame(R"({"pong":{}})"));
    engine.Readable(lively.slot);
  }
  const Texts lively_got = Got(lively);
  ASSERT_GE(lively_got.size(), 6u);
  EXPECT_EQ(lively_got[0], "ping");
  EXPECT_EQ(lively_got[1], R"({"ping":{}})");
  const Texts silent_got = Got(silent);
  ASSERT_GE(silent_got.size(), 3u);
  EXPECT_EQ(silent_got.back(), "4004 no_pong");
  EXPECT_EQ(engine.Stats().sessions, 1);
}

}  // namespace
}  // namespace wsgate
