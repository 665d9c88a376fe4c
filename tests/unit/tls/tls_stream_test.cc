#include "gateway/tls/tls_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>

#include "tests/support/certificates.h"
#include "tests/unit/tls/tls_peer.h"

namespace wsgate {
namespace {

class TlsStreamTest : public testing::Test {
 protected:
  // Bytes of which each tells where it is.
  static std::string Pattern(size_t size) {
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 7 + i / 251) % 256);
    return bytes;
  }
  static ssize_t Send(TlsPeer& peer, std::string_view bytes) {
    return wsgate::Send(peer.gateway_fd(), &peer.gateway(), bytes);
  }

  CertificateFiles files_{MakeCertificate("localhost")};
  std::unique_ptr<TlsAcceptor> acceptor_ = *TlsAcceptor::Make(files_.Settings());
};

TEST_F(TlsStreamTest, BytesGoBothWaysInEveryVersion) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsPeer peer(*acceptor_, {.version = version});
    EXPECT_FALSE(peer.gateway().ready());
    ASSERT_TRUE(peer.ShakeHands());
    EXPECT_EQ(SSL_version(peer.client()), version);
    peer.ClientSends("question");
    EXPECT_EQ(peer.GatewayReceives(), "question");
    std::array<char, 8> more;
    EXPECT_EQ(peer.gateway().Receive(more), -1);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_FALSE(peer.gateway().has_more());
    EXPECT_EQ(Send(peer, "answer"), 6);
    EXPECT_EQ(peer.ClientReceives(), "answer");
  }
}

TEST_F(TlsStreamTest, WhatTheSocketDoesNotTakeIsHeldAndBounded) {
  TlsPeer peer(*acceptor_, {.send_buffer = 8'192});
  ASSERT_TRUE(peer.ShakeHands());
  const std::string bytes = Pattern(1 << 20);
  std::string received;
  size_t sent = 0;
  bool was_full = false;
  while (sent < bytes.size()) {
    const ssize_t taken = Send(peer, std::string_view(bytes).substr(sent));
    if (taken < 0) {
      ASSERT_EQ(errno, EAGAIN);
      ASSERT_TRUE(peer.gateway().holds());
      was_full = true;
      received += peer.ClientReceives();
      continue;
    }
    ASSERT_GT(taken, 0);
    sent += static_cast<size_t>(taken);
    // Not more than a record was taken beyond what the socket had room for.
    ASSERT_LE(sent - received.size(), 16'384u + 64 * 1024u);
  }
  received += peer.ClientReceives();
  EXPECT_TRUE(was_full) << "the socket took everything: nothing was tested";
  EXPECT_EQ(received, bytes);
}

TEST_F(TlsStreamTest, AfterAWriteThatFoundNoRoomOtherBytesMayFollow) {
  TlsPeer peer(*acceptor_, {.send_buffer = 8'192});
  ASSERT_TRUE(peer.ShakeHands());
  const std::string first = Pattern(1 << 20);
  const ssize_t taken = Send(peer, first);
  ASSERT_GT(taken, 0);
  ASSERT_LT(taken, static_cast<ssize_t>(first.size()));
  EXPECT_EQ(Send(peer, std::string_view(first).substr(static_cast<size_t>(taken))), -1);
  // The queue has dropped the rest meanwhile.
  std::string received = peer.ClientReceives();
  ASSERT_EQ(Send(peer, "another"), 7);
  received += peer.ClientReceives();
  EXPECT_EQ(received, first.substr(0, static_cast<size_t>(taken)) + "another");
}

TEST_F(TlsStreamTest, PartsGoOutAsOne) {
  TlsPeer peer(*acceptor_);
  ASSERT_TRUE(peer.ShakeHands());
  std::string first = Pattern(20'000);
  std::string second;
  std::string third = "end";
  const std::array<iovec, 3> parts = {
      {{first.data(), first.size()}, {second.data(), second.size()}, {third.data(), third.size()}}};
  EXPECT_EQ(peer.gateway().Send(parts), 20'003);
  EXPECT_EQ(peer.ClientReceives(), first + third);
}

TEST_F(TlsStreamTest, ASmallBufferLeavesMore) {
  TlsPeer peer(*acceptor_);
  ASSERT_TRUE(peer.ShakeHands());
  peer.ClientSends("0123456789");
  EXPECT_EQ(peer.GatewayReceives(4), "0123");
  EXPECT_TRUE(peer.gateway().has_more());
  EXPECT_EQ(peer.GatewayReceives(100), "456789");
  EXPECT_FALSE(peer.gateway().has_more());
}

TEST_F(TlsStreamTest, HalfARecordIsNothingToComeBackFor) {
  TlsPeer peer(*acceptor_);
  ASSERT_TRUE(peer.ShakeHands());
  peer.ClientSends("good");
  peer.ClientSendsPlain(std::string("\x17\x03\x03\x00\x20half", 9));
  EXPECT_EQ(peer.GatewayReceives(), "good");
  EXPECT_FALSE(peer.gateway().has_more()) << "a shard would turn for nothing";
}

TEST_F(TlsStreamTest, ManyRecordsAreReadAtOnce) {
  TlsPeer peer(*acceptor_);
  ASSERT_TRUE(peer.ShakeHands());
  std::string all;
  for (int i = 0; i < 50; ++i) {
    peer.ClientSends("message " + std::to_string(i));
    all += "message " + std::to_string(i);
  }
  EXPECT_EQ(peer.GatewayReceives(), all);
}

TEST_F(TlsStreamTest, TheEndComesBehindTheLastBytes) {
  for (const bool says_goodbye : {true, false}) {
    TlsPeer peer(*acceptor_);
    ASSERT_TRUE(peer.ShakeHands());
    EXPECT_EQ(peer.ClientReceives(), "") << "its ticket: who hangs up on unread bytes resets";
    peer.ClientSends("last words");
    if (says_goodbye) SSL_shutdown(peer.client());
    if (!says_goodbye) peer.ClientHangsUp();
    EXPECT_EQ(peer.GatewayReceives(), "last words");
    EXPECT_TRUE(peer.gateway().has_more()) << "the end must be seen though no edge comes";
    std::array<char, 8> more;
    EXPECT_EQ(peer.gateway().Receive(more), 0);
    EXPECT_TRUE(peer.gateway().error().empty());
  }
}

TEST_F(TlsStreamTest, WhoSpeaksPlainHttpIsKnown) {
  TlsPeer peer(*acceptor_);
  peer.ClientSendsPlain("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::array<char, 8> bytes;
  EXPECT_EQ(peer.gateway().Receive(bytes), -1);
  EXPECT_NE(errno, EAGAIN);
  EXPECT_TRUE(peer.gateway().saw_plain_http());
}

TEST_F(TlsStreamTest, GarbageBreaksItWithAReason) {
  TlsPeer peer(*acceptor_);
  peer.ClientSendsPlain(std::string(64, 'x'));
  std::array<char, 8> bytes;
  EXPECT_EQ(peer.gateway().Receive(bytes), -1);
  EXPECT_FALSE(peer.gateway().saw_plain_http());
  EXPECT_FALSE(peer.gateway().error().empty());
  EXPECT_EQ(Send(peer, "x"), -1);
  EXPECT_EQ(errno, EPIPE);
}

TEST_F(TlsStreamTest, GarbageAfterTheHandshakeBreaksIt) {
  TlsPeer peer(*acceptor_);
  ASSERT_TRUE(peer.ShakeHands());
  peer.ClientSends("good");
  peer.ClientSendsPlain(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  EXPECT_EQ(peer.GatewayReceives(), "good");
  EXPECT_TRUE(peer.gateway().has_more());
  std::array<char, 8> bytes;
  EXPECT_EQ(peer.gateway().Receive(bytes), -1);
  EXPECT_NE(errno, EAGAIN);
}

TEST_F(TlsStreamTest, OldVersionsAreRefused) {
  TlsPeer old(*acceptor_, {.version = TLS1_1_VERSION});
  EXPECT_FALSE(old.ShakeHands());
  TlsSettings settings = files_.Settings();
  settings.only_tls13 = true;
  const auto strict = *TlsAcceptor::Make(settings);
  TlsPeer tls12(*strict, {.version = TLS1_2_VERSION});
  EXPECT_FALSE(tls12.ShakeHands());
  EXPECT_FALSE(tls12.gateway().error().empty());
  TlsPeer tls13(*strict, {.version = TLS1_3_VERSION});
  EXPECT_TRUE(tls13.ShakeHands());
}

TEST_F(TlsStreamTest, HttpIsChosenAmongProtocolsAndNothingElse) {
  TlsPeer both(*acceptor_, {.alpn = "\x02h2\x08http/1.1"});
  ASSERT_TRUE(both.ShakeHands());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.client(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  TlsPeer other(*acceptor_, {.alpn = "\x02h2"});
  EXPECT_FALSE(other.ShakeHands());
}

TEST_F(TlsStreamTest, APeerThatAsksForKeysAndReadsNothingIsCut) {
  TlsPeer peer(*acceptor_, {.version = TLS1_3_VERSION, .send_buffer = 4'096});
  ASSERT_TRUE(peer.ShakeHands());
  std::array<char, 64> bytes;
  int asked = 0;
  for (; asked < 20'000; ++asked) {
    SSL_key_update(peer.client(), SSL_KEY_UPDATE_REQUESTED);
    if (SSL_write(peer.client(), "x", 1) != 1) break;
    if (peer.gateway().Receive(bytes) < 0 && errno != EAGAIN) break;
  }
  EXPECT_LT(asked, 20'000);
  EXPECT_FALSE(peer.gateway().Flush());
}

TEST_F(TlsStreamTest, ShuttingDownWaitsForWhatIsHeld) {
  TlsPeer peer(*acceptor_, {.send_buffer = 8'192});
  ASSERT_TRUE(peer.ShakeHands());
  const std::string bytes = Pattern(1 << 20);
  const ssize_t taken = Send(peer, bytes);
  ASSERT_TRUE(peer.gateway().holds());
  EXPECT_FALSE(ShutDown(peer.gateway_fd(), &peer.gateway()));
  EXPECT_EQ(peer.ClientReceives(), bytes.substr(0, static_cast<size_t>(taken)));
  EXPECT_TRUE(ShutDown(peer.gateway_fd(), &peer.gateway()));
  EXPECT_EQ(peer.ClientReceives(), "");
  EXPECT_NE(SSL_get_shutdown(peer.client()) & SSL_RECEIVED_SHUTDOWN, 0) << "it was told";
}

}  // namespace
}  // namespace wsgate
