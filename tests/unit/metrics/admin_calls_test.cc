// Calls of the control API on the admin port: HTTP and its bounds. What a call does is held back
// here, so that bounds are reached for certain.
#include "gateway/app/admin_calls.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/metrics/http_client.h"

namespace wsgate {
namespace {

using namespace std::chrono_literals;

std::string Post(std::string_view body, std::string_view headers = "") {
  return absl::StrCat(
      "POST /wsgate.v1.ControlService/SendToUser HTTP/1.1\r\nHost: a\r\n"
      "Content-Type: application/json\r\n",
      std::string(headers), "Content-Length: ", body.size(), "\r\n\r\n", std::string(body));
}

class AdminCallsTest : public testing::Test {
 protected:
  void SetUp() override { Restart({}); }
  void TearDown() override { Release(); }

  void Restart(AdminOptions options) {
    options.address = "127.0.0.1:0";
    options.metrics = [] { return std::string("x 1\n"); };
    options.readiness = [] { return Readiness::kReady; };
    options.answered = [this](int status) { last_status_ = status; };
    options.call = [this](ConnectCall call, const std::string& body, ConnectCalls::Done done) {
      const std::lock_guard lock(mutex_);
      last_ = std::move(call);
      HttpAnswer answer{.content_type = "application/json", .body = "echo " + body};
      if (!hold_) return done(std::move(answer));
      held_.emplace_back(std::move(done), std::move(answer));
      grown_.notify_all();
    };
    server_.reset();
    server_ = *AdminServer::Start(std::move(options));
  }
  void Hold() {
    const std::lock_guard lock(mutex_);
    hold_ = true;
  }
  void WaitForHeld(size_t count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(grown_.wait_for(lock, 10s, [&] { return held_.size() >= count; }));
  }
  void Release() {
    const std::lock_guard lock(mutex_);
    hold_ = false;
    for (auto& [done, answer] : held_) done(std::move(answer));
    held_.clear();
  }
  std::string Ask(const std::string& request) {
    Client client(server_->address());
    client.Send(request);
    return client.Answer();
  }

  std::mutex mutex_;
  std::condition_variable grown_;
  bool hold_ = false;
  std::vector<std::pair<ConnectCalls::Done, HttpAnswer>> held_;
  ConnectCall last_;
  std::atomic<int> last_status_ = 0;
  std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminCallsTest, ABodyIsReadAndTheConnectionGoesOn) {
  Client client(server_->address());
  const std::string two =
      Post("{}", "Authorization: Bearer t\r\nConnect-Timeout-Ms: 5\r\n") + Post("{\"a\":1}");
  client.Send(two);  // Pipelined.
  EXPECT_EQ(Body(client.Answer()), "echo {}");
  EXPECT_EQ(Body(client.Answer()), "echo {\"a\":1}");
  client.Send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Body(client.Answer()), "ok\n");
  client.Send(Post("{}", "Authorization: Bearer t\r\nConnect-Timeout-Ms: 5\r\n"));
  EXPECT_EQ(StatusLine(client.Answer()), "HTTP/1.1 200 OK");
  EXPECT_EQ(last_status_, 200);
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(last_.authorization, "Bearer t");
  EXPECT_EQ(last_.timeout, Duration(5ms));
}

TEST_F(AdminCallsTest, ChunksAreReadAndWhatIsNoneIs400) {
  const std::string head =
      "POST /wsgate.v1.ControlService/SendToUser HTTP/1.1\r\nHost: a\r\n"
      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(Body(Ask(head + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")), "echo {}");
  EXPECT_EQ(StatusLine(Ask(head + "zz\r\n{}\r\n0\r\n\r\n")), "HTTP/1.1 400 Bad Request");
}

TEST_F(AdminCallsTest, HeadersThatStandTwiceAreRefused) {
  EXPECT_EQ(StatusLine(Ask(Post("{}", "Authorization: a\r\nAuthorization: b\r\n"))),
            "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(StatusLine(Ask(Post("{}", "Origin: null\r\n"))), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(StatusLine(Ask(Post("{}", "Authorization: a\r\n"))), "HTTP/1.1 200 OK");
}

TEST_F(AdminCallsTest, WithoutCallsAPostIs405AsEver) {
  AdminOptions options{.address = "127.0.0.1:0"};
  server_ = *AdminServer::Start(std::move(options));
  EXPECT_EQ(StatusLine(Ask(Post("{}"))), "HTTP/1.1 405 Method Not Allowed");
}

TEST_F(AdminCallsTest, ABodyAtTheBoundIsReadAndOneByteMoreIs413) {
  Restart({.body_bytes_max = 40'000});
  EXPECT_EQ(StatusLine(Ask(Post(std::string(40'000, 'x')))), "HTTP/1.1 200 OK");
  EXPECT_EQ(StatusLine(Ask(Post(std::string(40'001, 'x')))), "HTTP/1.1 413 Payload Too Large");
  const auto chunk = [](size_t bytes) {
    return absl::StrCat(
        "POST /wsgate.v1.ControlService/SendToUser HTTP/1.1\r\nHost: a\r\nContent-Type: "
        "application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        absl::Hex(bytes), "\r\n", std::string(bytes, 'x'), "\r\n0\r\n\r\n");
  };
  EXPECT_EQ(StatusLine(Ask(chunk(40'000))), "HTTP/1.1 200 OK");
  EXPECT_EQ(StatusLine(Ask(chunk(40'001))), "HTTP/1.1 413 Payload Too Large");
}

TEST_F(AdminCallsTest, OneCallTooManyIs429AndTheNextAfterAnAnswerIsMade) {
  Restart({.calls_max = 2});
  Hold();
  Client first(server_->address());
  Client second(server_->address());
  first.Send(Post("1"));
  second.Send(Post("2"));
  WaitForHeld(2);
  const std::string refused = Ask(Post("3"));
  EXPECT_EQ(StatusLine(refused), "HTTP/1.1 429 Too Many Requests");
  EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_NE(refused.find("HTTP_CALLS_FULL"), std::string::npos);
  EXPECT_EQ(Body(Ask("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")), "ok\n") << "probes go on";
  Release();
  EXPECT_EQ(Body(first.Answer()), "echo 1");
  EXPECT_EQ(Body(second.Answer()), "echo 2");
  EXPECT_EQ(Body(Ask(Post("4"))), "echo 4");
}

TEST_F(AdminCallsTest, BodiesTogetherHaveABoundToo) {
  Restart({.bodies_bytes_max = 3'000});
  Hold();
  Client first(server_->address());
  first.Send(Post(std::string(2'000, 'x')));
  WaitForHeld(1);
  EXPECT_EQ(StatusLine(Ask(Post(std::string(1'001, 'x')))), "HTTP/1.1 429 Too Many Requests");
  Client fits(server_->address());
  fits.Send(Post(std::string(1'000, 'x')));
  WaitForHeld(2);
  Release();
  EXPECT_EQ(StatusLine(first.Answer()), "HTTP/1.1 200 OK");
  EXPECT_EQ(StatusLine(fits.Answer()), "HTTP/1.1 200 OK");
  EXPECT_EQ(StatusLine(Ask(Post(std::string(3'000, 'x')))), "HTTP/1.1 200 OK") << "all came back";
}

TEST_F(AdminCallsTest, ASlowBodyIsClosedAndItsPlaceComesFree) {
  Restart({.calls_max = 1, .body_timeout = 50ms});
  Client slow(server_->address());
  slow.Send(
      "POST /wsgate.v1.ControlService/SendToUser HTTP/1.1\r\nHost: a\r\nContent-Type: "
      "application/json\r\nContent-Length: 9\r\n\r\n{");
  EXPECT_TRUE(slow.Closed());
  EXPECT_EQ(StatusLine(Ask(Post("{}"))), "HTTP/1.1 200 OK");
}

TEST_F(AdminCallsTest, WhoAsksBeforeSendingIsToldToGoOn) {
  Client client(server_->address());
  client.Send(
      "POST /wsgate.v1.ControlService/SendToUser HTTP/1.1\r\nHost: a\r\nContent-Type: "
      "application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(StatusLine(client.Answer(/*head_only=*/true)), "HTTP/1.1 100 Continue");
  client.Send("{}");
  EXPECT_EQ(Body(client.Answer()), "echo {}");
}

TEST_F(AdminCallsTest, AConnectionWithACallIsNoneThatGivesWay) {
  Restart({.connections_max = 1});
  Hold();
  Client calling(server_->address());
  calling.Send(Post("1"));
  WaitForHeld(1);
  Client another(server_->address());
  EXPECT_TRUE(another.Closed());
  Release();
  EXPECT_EQ(Body(calling.Answer()), "echo 1");
}

TEST_F(AdminCallsTest, TheEndWaitsForOpenCalls) {
  Hold();
  Client client(server_->address());
  client.Send(Post("{}"));
  WaitForHeld(1);
  std::thread ends([this] { server_.reset(); });
  EXPECT_TRUE(client.Closed());  // The end has begun.
  Release();
  ends.join();
}

}  // namespace
}  // namespace wsgate
