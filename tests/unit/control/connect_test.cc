// The control API over HTTP, as far as it needs neither HTTP nor a session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <future>
#include <string>
#include <variant>

#include "control/connect_answer.h"
#include "control/connect_calls.h"
#include "control/connect_head.h"
#include "control/status.h"
#include "tests/unit/control/server_fixture.h"

namespace wsgate {
namespace {

using testing::HasSubstr;

TEST(ConnectCodeTest, EveryCodeOfGrpcHasConnectsNameAndStatus) {
  using Row = std::tuple<grpc::StatusCode, std::string_view, int>;
  constexpr Row kRows[] = {{grpc::CANCELLED, "canceled", 499},
                           {grpc::UNKNOWN, "unknown", 500},
                           {grpc::INVALID_ARGUMENT, "invalid_argument", 400},
                           {grpc::DEADLINE_EXCEEDED, "deadline_exceeded", 504},
                           {grpc::NOT_FOUND, "not_found", 404},
                           {grpc::ALREADY_EXISTS, "already_exists", 409},
                           {grpc::PERMISSION_DENIED, "permission_denied", 403},
                           {grpc::RESOURCE_EXHAUSTED, "resource_exhausted", 429},
                           {grpc::FAILED_PRECONDITION, "failed_precondition", 400},
                           {grpc::ABORTED, "aborted", 409},
                           {grpc::OUT_OF_RANGE, "out_of_range", 400},
                           {grpc::UNIMPLEMENTED, "unimplemented", 501},
                           {grpc::INTERNAL, "internal", 500},
                           {grpc::UNAVAILABLE, "unavailable", 503},
                           {grpc::DATA_LOSS, "data_loss", 500},
                           {grpc::UNAUTHENTICATED, "unauthenticated", 401}};
  for (const auto& [code, name, status] : kRows) {
    EXPECT_EQ(ConnectCodeOf(code).name, name);
    EXPECT_EQ(ConnectCodeOf(code).http_status, status) << name;
    EXPECT_EQ(ConnectError({code, "x"}).status, status) << name;
  }
  EXPECT_EQ(ConnectCodeOf(17).name, "unknown");
  EXPECT_EQ(ConnectCodeOf(-1).name, "unknown");
}

TEST(ConnectErrorTest, DetailsHaveTypeBytesAndTheSameForPeople) {
  EXPECT_EQ(ConnectErrorJson({grpc::NOT_FOUND, "no \"such\"\n"}),
            R"({"code":"not_found","message":"no \"such\"\n"})");
  EXPECT_EQ(ConnectErrorJson(MakeStatus(Reason::kStopping, "stops")),
            R"({"code":"unavailable","message":"stops","details":[)"
            R"({"type":"google.rpc.ErrorInfo","value":"CghTVE9QUElORxIGd3NnYXRl",)"
            R"("debug":{"reason":"STOPPING","domain":"wsgate"}},)"
            R"({"type":"google.rpc.RetryInfo","value":"CgIIAQ","debug":{"retryDelay":"1s"}}]})");
  EXPECT_EQ(ConnectErrorJson({grpc::INTERNAL, "x", "no protobuf \xff"}),
            R"({"code":"internal","message":"x"})");
}

TEST(ConnectErrorTest, WhoMayTryAgainIsToldWhenInHttpToo) {
  EXPECT_EQ(ConnectError(MakeStatus(Reason::kMailboxFull, "x")).retry_after_s, 1) << "50 ms";
  EXPECT_EQ(ConnectError(MakeStatus(Reason::kConsumersFull, "x")).retry_after_s, 5);
  EXPECT_EQ(ConnectError(MakeStatus(Reason::kBadField, "x")).retry_after_s, 0);
  EXPECT_EQ(ConnectRefusal(Reason::kHttpCallsFull, "x").status, 429);
  EXPECT_EQ(ConnectRefusal(Reason::kHttpTooBig, "x").status, 413);
}

HttpHead Head(std::string_view path = "/wsgate.v1.ControlService/SendToUser") {
  return {.method = "POST", .path = path, .content_type = "application/json"};
}

// The status of the refusal; 0: it is a call.
int StatusOf(const HttpHead& head) {
  const auto read = ReadConnectHead(head);
  const auto* const answer = std::get_if<HttpAnswer>(&read);
  return answer == nullptr ? 0 : answer->status;
}

std::string BodyOf(const HttpHead& head) {
  const auto read = ReadConnectHead(head);
  const auto* const answer = std::get_if<HttpAnswer>(&read);
  return answer == nullptr ? "" : answer->body;
}

TEST(ConnectHeadTest, ACallHasItsMethodItsTimeoutAndItsAuthorization) {
  HttpHead head = Head();
  head.connect_protocol_version = "1";
  head.content_encoding = "identity";
  head.connect_timeout_ms = "9999999999";
  head.authorization = "Bearer x~";
  const auto call = std::get<ConnectCall>(ReadConnectHead(head));
  EXPECT_EQ(call.method->full_name(), "wsgate.v1.ControlService.SendToUser");
  EXPECT_EQ(call.timeout, std::chrono::milliseconds(9'999'999'999));
  EXPECT_EQ(call.authorization, "Bearer x~");
  EXPECT_FALSE(std::get<ConnectCall>(ReadConnectHead(Head())).timeout.has_value());
}

TEST(ConnectHeadTest, OnlyJsonInUtf8IsTaken) {
  HttpHead head = Head();
  for (const char* good : {"application/json", "Application/JSON; charset=UTF-8",
                           "application/json;charset=\"utf-8\"", "application/json;"}) {
    head.content_type = good;
    EXPECT_EQ(StatusOf(head), 0) << good;
  }
  for (const char* bad :
       {"", "text/plain", "application/proto", "application/x-www-form-urlencoded",
        "application/json;charset=latin1", "application/jsonx", "application/connect+json"}) {
    head.content_type = bad;
    EXPECT_EQ(StatusOf(head), 415) << bad;
  }
}

TEST(ConnectHeadTest, AnythingButPostToAUnaryMethodIsRefused) {
  for (const char* method : {"GET", "HEAD", "PUT", "OPTIONS", "post"}) {
    HttpHead head = Head();
    head.method = method;
    EXPECT_EQ(StatusOf(head), 405) << method;
  }
  for (const char* path : {"/wsgate.v1.ControlService/", "/wsgate.v1.ControlService/sendToUser",
                           "/wsgate.v1.ControlService/SendToUser/", "/", "/SendToUser"}) {
    EXPECT_EQ(StatusOf(Head(path)), 404) << path;
  }
  for (const char* stream : {"SendStream", "WatchSessions", "ReceiveMessages", "WatchStats"}) {
    const std::string path = std::string("/wsgate.v1.ControlService/") + stream;
    HttpHead head = Head(path);
    EXPECT_EQ(StatusOf(head), 501) << stream;
    EXPECT_THAT(BodyOf(head), HasSubstr("\"code\":\"unimplemented\"")) << stream;
    head.content_type = "application/connect+json";
    EXPECT_EQ(StatusOf(head), 200) << "the error is in the last envelope";
    EXPECT_THAT(BodyOf(head), HasSubstr("{\"error\":{\"code\":\"unimplemented\""));
    EXPECT_EQ(BodyOf(head)[0], 2);
    EXPECT_EQ(static_cast<uint8_t>(BodyOf(head)[4]) + 256 * BodyOf(head)[3],
              static_cast<int>(BodyOf(head).size()) - 5);
  }
}

TEST(ConnectHeadTest, APageIsRefusedWhateverItAsksFor) {
  HttpHead head = Head();
  head.has_origin = true;
  EXPECT_EQ(StatusOf(head), 403);
  head.method = "OPTIONS";
  EXPECT_EQ(StatusOf(head), 403);
  EXPECT_THAT(BodyOf(head), HasSubstr("HTTP_PAGE"));
}

TEST(ConnectHeadTest, AWrongHeaderIsNamed) {
  const auto refused = [](auto set, int status, const char* says) {
    HttpHead head = Head();
    set(head);
    EXPECT_EQ(StatusOf(head), status) << says;
    EXPECT_THAT(BodyOf(head), HasSubstr(says));
  };
  refused([](HttpHead& h) { h.connect_protocol_version = "2"; }, 400, "Connect-Protocol-Version");
  refused([](HttpHead& h) { h.content_encoding = "gzip"; }, 501, "identity");
  refused([](HttpHead& h) { h.authorization = "Bearer \x80"; }, 400, "Authorization");
  refused([](HttpHead& h) { h.authorization = "Bearer\tx"; }, 400, "Authorization");
  refused([](HttpHead& h) { h.has_twice = true; }, 400, "twice");
  for (const char* timeout : {"-1", "1.5", "x", "12345678901", " 1"}) {
    refused([&](HttpHead& h) { h.connect_timeout_ms = timeout; }, 400, "Connect-Timeout-Ms");
  }
}

class ConnectCallsTest : public ServerTest {
 protected:
  HttpAnswer Ask(const std::string& method, std::string body, std::string_view timeout = {}) {
    const std::string path = "/wsgate.v1.ControlService/" + method;
    HttpHead head = Head(path);
    head.connect_timeout_ms = timeout;
    std::promise<HttpAnswer> answered;
    calls.Call(std::get<ConnectCall>(ReadConnectHead(head)), std::move(body),
               [&](HttpAnswer answer) { answered.set_value(std::move(answer)); });
    return answered.get_future().get();
  }

  ConnectCalls& calls = server->OpenConnectCalls();
};

TEST_F(ConnectCallsTest, IsACallLikeAnyOther) {
  const HttpAnswer answer = Ask("GetLimits", "{}");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_THAT(answer.body, HasSubstr(R"("sendBytesMax":"1048576")"));
  EXPECT_EQ(Handled(ControlRpc::kGetLimits, grpc::OK), 1u);
  const HttpAnswer bad = Ask("SendToUser", R"({"user_id":"","message":{"text":"x"}})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, HasSubstr(R"("reason":"BAD_FIELD")"));
  EXPECT_EQ(Handled(ControlRpc::kSendToUser, grpc::INVALID_ARGUMENT), 1u);
}

TEST_F(ConnectCallsTest, WhatIsNoJsonOfTheMessageNeverBecomesACall) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("1"), std::string("null"),
        std::string("{\"userId\":1}"), std::string("{\"nope\":\"\"}"),
        std::string("{userId:\"a\"}"), std::string("{'userId':'a'}"),
        std::string("{\"userId\":\"\xff\"}"), deep, std::string("{\"userId\":\"a\",}"),
        std::string("{\"message\":{\"binary\":\"#\"}}"),
        std::string("{\"message\":{\"text\":\"a\",\"binary\":\"\"}}"), std::string("{}{}")}) {
    const HttpAnswer answer = Ask("SendToUser", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr("HTTP_UNREADABLE")) << body;
    simdjson::dom::parser parser;
    EXPECT_EQ(parser.parse(answer.body).error(), simdjson::SUCCESS) << answer.body;
  }
  EXPECT_EQ(stats.rpcs_started[static_cast<size_t>(ControlRpc::kSendToUser)].Value(), 0u);
}

TEST_F(ConnectCallsTest, ADeadlineThatIsOverIsToldAndLaterCallsAreAnswered) {
  EXPECT_EQ(Ask("GetLimits", "{}", "0").status, 504);
  EXPECT_EQ(Ask("GetLimits", "{}", "20000").status, 200);
}

TEST_F(ConnectCallsTest, AStoppedServerAnswersThatItStops) {
  EXPECT_EQ(Ask("GetLimits", "{}").status, 200);
  server->Stop(std::chrono::seconds(5));
  const HttpAnswer answer = Ask("GetLimits", "{}");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("STOPPING"));
}

}  // namespace
}  // namespace wsgate
