#include "gateway/app/admin_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/metrics/http_client.h"

namespace wsgate {
namespace {

using namespace std::chrono_literals;

class AdminServerTest : public testing::Test {
 protected:
  void SetUp() override { Restart({}); }

  void Restart(AdminOptions options) {
    options.address = "127.0.0.1:0";
    options.metrics = [] { return std::string("wsgate_sessions 7\n"); };
    options.readiness = [this] { return readiness_.load(); };
    server_.reset();
    absl::StatusOr<std::unique_ptr<AdminServer>> server = AdminServer::Start(std::move(options));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::string Ask(std::string_view method, std::string_view path) {
    Client client(server_->address());
    client.Send(std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.Answer(method == "HEAD");
  }

  std::atomic<Readiness> readiness_ = Readiness::kReady;
  std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminServerTest, ServesMetricsForPrometheus) {
  const std::string answer = Ask("GET", "/metrics");
  EXPECT_EQ(StatusLine(answer), "HTTP/1.1 200 OK");
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
            std::string::npos);
  EXPECT_EQ(Body(answer), "wsgate_sessions 7\n");
  EXPECT_EQ(Body(Ask("GET", "/metrics?debug=1")), "wsgate_sessions 7\n")
      << "a query changes nothing";
}

TEST_F(AdminServerTest, IsAliveWhateverTheReadiness) {
  for (const Readiness readiness :
       {Readiness::kNotReady, Readiness::kReady, Readiness::kDraining}) {
    readiness_ = readiness;
    for (const char* path : {"/livez", "/healthz"}) {
      EXPECT_EQ(StatusLine(Ask("GET", path)), "HTTP/1.1 200 OK");
      EXPECT_EQ(Body(Ask("GET", path)), "ok\n");
    }
  }
}

TEST_F(AdminServerTest, SaysWhetherNewcomersAreWelcome) {
  EXPECT_EQ(StatusLine(Ask("GET", "/readyz")), "HTTP/1.1 200 OK");
  EXPECT_EQ(Body(Ask("GET", "/readyz")), "ready\n");
  readiness_ = Readiness::kDraining;
  EXPECT_EQ(StatusLine(Ask("GET", "/readyz")), "HTTP/1.1 503 Service Unavailable");
  EXPECT_EQ(Body(Ask("GET", "/readyz")), "draining\n");
  readiness_ = Readiness::kNotReady;
  EXPECT_EQ(StatusLine(Ask("GET", "/readyz")), "HTTP/1.1 503 Service Unavailable");
  EXPECT_EQ(Body(Ask("GET", "/readyz")), "not ready\n");
}

TEST_F(AdminServerTest, TheFirstPageListsTheOthers) {
  const std::string answer = Ask("GET", "/");
  EXPECT_EQ(StatusLine(answer), "HTTP/1.1 200 OK");
  for (const char* path : {"/metrics", "/livez", "/healthz", "/readyz"}) {
    EXPECT_NE(Body(answer).find(path), std::string::npos) << path;
  }
}

TEST_F(AdminServerTest, HeadIsGetWithoutTheBody) {
  const std::string answer = Ask("HEAD", "/metrics");
  EXPECT_EQ(StatusLine(answer), "HTTP/1.1 200 OK");
  EXPECT_NE(answer.find("Content-Length: 18\r\n"), std::string::npos);
  Client client(server_->address());
  client.Send("HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\nGET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Body(client.Answer(/*head_only=*/true)), "");
  EXPECT_EQ(Body(client.Answer()), "ready\n") << "the next answer follows the head at once";
}

TEST_F(AdminServerTest, WhatIsNotThereIs404WithAHint) {
  const std::string answer = Ask("GET", "/metric");
  EXPECT_EQ(StatusLine(answer), "HTTP/1.1 404 Not Found");
  EXPECT_NE(Body(answer).find("/metrics"), std::string::npos);
}

TEST_F(AdminServerTest, OtherMethodsAre405) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const std::string answer = Ask(method, "/metrics");
    EXPECT_EQ(StatusLine(answer), "HTTP/1.1 405 Method Not Allowed") << method;
    EXPECT_NE(answer.find("Allow: GET, HEAD\r\n"), std::string::npos);
  }
}

TEST_F(AdminServerTest, KeepsAConnectionUntilAskedToClose) {
  Client client(server_->address());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_EQ(Body(client.Answer()), "ok\n");
  }
  client.Send("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(Body(client.Answer()), "ok\n");
  EXPECT_TRUE(client.Closed());
}

TEST_F(AdminServerTest, AHeadOf8KiBIsReadAndALargerOneIs431) {
  const auto request = [](size_t bytes) {
    const std::string begin = "GET /livez HTTP/1.1\r\nHost: a\r\nX: ";
    return begin + std::string(bytes - begin.size() - 4, 'x') + "\r\n\r\n";
  };
  Client fits(server_->address());
  fits.Send(request(8192));
  EXPECT_EQ(StatusLine(fits.Answer()), "HTTP/1.1 200 OK");
  Client too_big(server_->address());
  too_big.Send(request(20'000));
  EXPECT_EQ(StatusLine(too_big.Answer()), "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_TRUE(too_big.Closed());
}

TEST_F(AdminServerTest, WhatIsNotHttpIs400) {
  Client client(server_->address());
  client.Send("\x16\x03\x01 hello, TLS?\r\n\r\n");
  EXPECT_EQ(StatusLine(client.Answer()), "HTTP/1.1 400 Bad Request");
  EXPECT_TRUE(client.Closed());
}

TEST_F(AdminServerTest, ABodyIsNotReadAndEndsTheConnection) {
  Client client(server_->address());
  client.Send("GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(StatusLine(client.Answer()), "HTTP/1.1 200 OK");
  EXPECT_TRUE(client.Closed());
}

TEST_F(AdminServerTest, ASlowRequestIsClosed) {
  Restart({.timeout = 50ms});
  Client silent(server_->address());
  Client slow(server_->address());
  slow.Send("GET /livez HT");
  EXPECT_TRUE(silent.Closed());
  EXPECT_TRUE(slow.Closed());
}

TEST_F(AdminServerTest, OneConnectionTooManyEndsTheOneThatIsIdleLongest) {
  Restart({.connections_max = 3});
  const auto served = [](Client& client) {
    return client.Send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n") && !client.Answer().empty();
  };
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server_->address());
    EXPECT_TRUE(served(clients.back()));
  }
  EXPECT_TRUE(served(clients[0])) << "now the second is idle longest";
  Client fourth(server_->address());
  EXPECT_TRUE(served(fourth));
  EXPECT_TRUE(clients[1].Closed());
  EXPECT_TRUE(served(clients[0]));
  EXPECT_TRUE(served(clients[2]));
}

TEST_F(AdminServerTest, StopsAtOnceWithConnectionsOpen) {
  Client idle(server_->address());
  Client half(server_->address());
  half.Send("GET /live");
  Client kept(server_->address());
  kept.Send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Body(kept.Answer()), "ok\n");
  const std::string address = server_->address();
  const Time before = SteadyNow();
  server_.reset();
  EXPECT_LT(SteadyNow() - before, 5s);
  EXPECT_TRUE(idle.Closed());
  EXPECT_TRUE(half.Closed());
  EXPECT_TRUE(kept.Closed());
  EXPECT_FALSE(Client(address).connected());
}

TEST_F(AdminServerTest, ATakenPortSaysWhatToDo) {
  const absl::StatusOr<std::unique_ptr<AdminServer>> second =
      AdminServer::Start({.address = server_->address()});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().message(),
            "admin.address " + server_->address() +
                " is taken; stop what listens there or choose another with --admin-address");
}

TEST_F(AdminServerTest, AnAddressThatCannotBeReadIsRefused) {
  const auto bad = AdminServer::Start({.address = "nowhere"});
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(bad.status().message()).find("admin.address: "), 0u);
  const auto foreign = AdminServer::Start({.address = "192.0.2.1:0"});
  ASSERT_FALSE(foreign.ok());
  EXPECT_EQ(foreign.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(AdminServerTest, ListensOnLocalhostByName) {
  const auto server = AdminServer::Start(
      {.address = "localhost:0", .metrics = [] { return std::string("x 1\n"); }});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ((*server)->address().find("127.0.0.1:"), 0u);
  Client client((*server)->address());
  client.Send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Body(client.Answer()), "x 1\n");
}

}  // namespace
}  // namespace wsgate
