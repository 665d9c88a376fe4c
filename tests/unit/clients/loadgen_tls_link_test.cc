#include "clients/loadgen/tls_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "gateway/tls/tls_acceptor.h"
#include "tests/support/certificates.h"

namespace wsgate::loadgen {
namespace {

using testing::HasSubstr;
using Result = TlsLink::Result;

// A gateway's stream and a link, on the two ends of one socket.
class Ends {
 public:
  Ends(TlsAcceptor& acceptor, const TlsClient& client, int send_buffer = 0) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds_), 0);
    if (send_buffer != 0) {
      ::setsockopt(fds_[1], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    }
    gateway_ = acceptor.Accept(fds_[0]);
    link_ = TlsLink(client, fds_[1]);
  }
  ~Ends() {
    HangUp();
    ::close(fds_[1]);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  // Each side goes on as far as it can in its turn; what became of it.
  TlsLink::Step ShakeHands() {
    TlsLink::Step step;
    for (int turn = 0; turn < 20; ++turn) {
      step = link_.ShakeHands();
      if (step.result == Result::kFailed) return step;
      std::array<char, 1> nothing;
      EXPECT_EQ(gateway_->Receive(nothing), -1);
      if (step.result == Result::kDone && gateway_->ready()) return step;
    }
    return step;
  }
  // What the gateway has to read.
  std::string GatewayReceives() {
    std::string bytes(1 << 20, '\0');
    const ssize_t got = gateway_->Receive(bytes);
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return bytes;
  }
  ssize_t GatewaySends(std::string_view bytes) {
    return wsgate::Send(fds_[0], gateway_.get(), bytes);
  }
  void SayGoodbye() { gateway_->SayGoodbye(); }
  // Without TLS's good-bye.
  void HangUp() {
    if (fds_[0] >= 0) ::close(std::exchange(fds_[0], -1));
  }
  void SendPlain(std::string_view bytes) {
    EXPECT_EQ(::send(fds_[0], bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // All that the link has to read, until `end`.
  std::string LinkReceives(Result end = Result::kWait) {
    std::string all;
    std::array<char, 10'000> part;
    for (;;) {
      const TlsLink::Step step = link_.Read(part);
      if (step.result != Result::kDone) {
        EXPECT_EQ(step.result, end) << step.why;
        return all;
      }
      all.append(part.data(), step.bytes);
      EXPECT_TRUE(gateway_->Flush());
    }
  }
  TlsLink& link() { return link_; }

 private:
  int fds_[2] = {-1, -1};  // The gateway's end, the link's.
  std::unique_ptr<TlsStream> gateway_;
  TlsLink link_;
};

class TlsLinkTest : public testing::Test {
 protected:
  PemPair pair_ = MakeCertificate("localhost");
  CertificateFiles files_{pair_};
  std::unique_ptr<TlsAcceptor> acceptor_ = *TlsAcceptor::Make(files_.Settings());
  std::shared_ptr<const TlsClient> client_ = *TlsClient::Make(pair_.certificate, "localhost");
};

TEST_F(TlsLinkTest, BytesGoBothWays) {
  Ends ends(*acceptor_, *client_);
  ASSERT_EQ(ends.ShakeHands().result, Result::kDone);
  EXPECT_EQ(ends.link().Write("question").bytes, 8u);
  EXPECT_EQ(ends.GatewayReceives(), "question");
  const std::string answer(40'000, 'a');  // Three records.
  EXPECT_EQ(ends.GatewaySends(answer), 40'000);
  EXPECT_EQ(ends.LinkReceives(), answer);
  ends.link().Trim();
  EXPECT_EQ(ends.LinkReceives(), "");
  EXPECT_EQ(ends.GatewayReceives(), "");
  EXPECT_EQ(ends.link().Write("again").bytes, 5u);
  EXPECT_EQ(ends.GatewayReceives(), "again");
}

TEST_F(TlsLinkTest, WhatTheSocketDoesNotTakeComesAgainFromElsewhereWithMoreBehindIt) {
  Ends ends(*acceptor_, *client_, /*send_buffer=*/8'192);
  ASSERT_EQ(ends.ShakeHands().result, Result::kDone);
  std::string unsent;
  for (int i = 0; i < 100'000; ++i) unsent += static_cast<char>('a' + i % 26);
  std::string expected = unsent;
  std::string received;
  bool waited = false;
  while (!unsent.empty()) {
    const std::string moved = unsent;
    const TlsLink::Step step = ends.link().Write(moved);
    if (step.result == Result::kDone) {
      unsent.erase(0, step.bytes);
      continue;
    }
    ASSERT_EQ(step.result, Result::kWait) << step.why;
    if (!std::exchange(waited, true)) {
      unsent += "more";
      expected += "more";
    }
    received += ends.GatewayReceives();
  }
  EXPECT_TRUE(waited);
  received += ends.GatewayReceives();
  EXPECT_EQ(received, expected);
}

TEST_F(TlsLinkTest, AnEndIsAnEndWithAndWithoutGoodbye) {
  Ends polite(*acceptor_, *client_);
  ASSERT_EQ(polite.ShakeHands().result, Result::kDone);
  EXPECT_EQ(polite.GatewaySends("last"), 4);
  polite.SayGoodbye();
  EXPECT_EQ(polite.LinkReceives(Result::kEnded), "last");
  Ends rude(*acceptor_, *client_);
  ASSERT_EQ(rude.ShakeHands().result, Result::kDone);
  EXPECT_EQ(rude.LinkReceives(), "");
  rude.HangUp();
  std::array<char, 8> part;
  const TlsLink::Step step = rude.link().Read(part);
  EXPECT_EQ(step.result, Result::kEnded) << step.why;
}

TEST_F(TlsLinkTest, ACertificateOfAnotherAuthorityOrForAnotherNameIsNotBelieved) {
  const auto stranger = *TlsClient::Make(MakeCertificate("localhost").certificate, "localhost");
  const auto elsewhere = *TlsClient::Make(pair_.certificate, "elsewhere.example");
  const auto address = *TlsClient::Make(pair_.certificate, "127.0.0.1");
  const auto system = *TlsClient::Make("", "localhost");
  for (const auto& [client, why] :
       {std::pair(stranger, "self-signed"), std::pair(elsewhere, "hostname mismatch"),
        std::pair(address, "IP address mismatch"), std::pair(system, "self-signed")}) {
    Ends ends(*acceptor_, *client);
    TlsLink::Step step;
    for (int turn = 0; turn < 20 && step.result == Result::kWait; ++turn) {
      step = ends.link().ShakeHands();
      (void)ends.GatewayReceives();
    }
    EXPECT_EQ(step.result, Result::kFailed);
    EXPECT_THAT(step.why, HasSubstr("TLS: the certificate is not believed: "));
    EXPECT_THAT(step.why, HasSubstr(why));
  }
}

TEST_F(TlsLinkTest, WhoSpeaksNoTlsIsTold) {
  Ends plain(*acceptor_, *client_);
  EXPECT_EQ(plain.link().ShakeHands().result, Result::kWait);
  plain.SendPlain("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_THAT(plain.link().ShakeHands().why, HasSubstr("does not speak it"));
  Ends silent(*acceptor_, *client_);
  EXPECT_EQ(silent.link().ShakeHands().result, Result::kWait);
  silent.HangUp();
  EXPECT_EQ(silent.link().ShakeHands().result, Result::kFailed);
}

TEST_F(TlsLinkTest, AWriteToWhoHasGoneIsAnErrorAndNoSignal) {
  Ends ends(*acceptor_, *client_);
  ASSERT_EQ(ends.ShakeHands().result, Result::kDone);
  ends.HangUp();
  EXPECT_EQ(ends.link().Write("anybody?").result, Result::kFailed);
}

TEST_F(TlsLinkTest, AnAuthorityIsACertificate) {
  EXPECT_THAT(TlsClient::Make(pair_.key, "localhost").status().message(),
              HasSubstr("no CERTIFICATE"));
  EXPECT_TRUE(TlsClient::Make(pair_.certificate + pair_.certificate, "localhost").ok());
}

}  // namespace
}  // namespace wsgate::loadgen
