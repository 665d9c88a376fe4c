#include "gateway/tls/tls_acceptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "tests/support/certificates.h"
#include "tests/unit/tls/tls_peer.h"

namespace wsgate {
namespace {

using testing::HasSubstr;

std::string NameSeen(TlsAcceptor& acceptor) {
  TlsPeer peer(acceptor);
  return peer.ShakeHands() ? peer.CertificateName() : "no handshake";
}

std::string ErrorOf(const absl::Status& status) {
  return std::string(status.message());
}

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SessionPtr = std::unique_ptr<SSL_SESSION, FreeSession>;

TEST(TlsAcceptorTest, AChangedCertificateIsForThoseWhoComeLater) {
  CertificateFiles files(MakeCertificate("one"));
  const auto acceptor = *TlsAcceptor::Make(files.Settings());
  EXPECT_FALSE(acceptor->Look()) << "nothing has changed";
  TlsPeer early(*acceptor);
  ASSERT_TRUE(early.ShakeHands());
  const PemPair two = MakeCertificate("two");
  files.WriteKey(two.key);
  files.WriteCertificate(two.certificate);
  EXPECT_EQ(NameSeen(*acceptor), "one") << "nobody has looked";
  EXPECT_EQ(acceptor->Look(), absl::OkStatus());
  EXPECT_EQ(NameSeen(*acceptor), "two");
  EXPECT_EQ(early.gateway().Send(std::array<iovec, 1>{{{const_cast<char*>("hi"), 2}}}), 2);
  EXPECT_EQ(early.ClientReceives(), "hi");
  EXPECT_FALSE(acceptor->Look());
}

TEST(TlsAcceptorTest, HalfAChangeIsToldOnceAndTriedUntilItIsWhole) {
  CertificateFiles files(MakeCertificate("one"));
  const auto acceptor = *TlsAcceptor::Make(files.Settings());
  const PemPair two = MakeCertificate("two");
  files.WriteKey(two.key);
  EXPECT_FALSE(acceptor->Look()) << "the other half may follow";
  const std::optional<absl::Status> half = acceptor->Look();
  ASSERT_TRUE(half);
  EXPECT_THAT(ErrorOf(*half), HasSubstr("is not the key of"));
  EXPECT_FALSE(acceptor->Look()) << "told once";
  EXPECT_EQ(NameSeen(*acceptor), "one");
  files.WriteCertificate(two.certificate);
  EXPECT_EQ(acceptor->Look(), absl::OkStatus());
  EXPECT_EQ(NameSeen(*acceptor), "two");
}

TEST(TlsAcceptorTest, KnowsWhenTheCertificateEnds) {
  CertificateFiles files(MakeCertificate("one"));
  const auto acceptor = *TlsAcceptor::Make(files.Settings());
  EXPECT_NEAR(static_cast<double>(acceptor->expires_at_s() - std::time(nullptr)), 24 * 3600, 60);
}

TEST(TlsAcceptorTest, FilesThatCannotServeAreNamedWithWhatIsWrong) {
  const PemPair good = MakeCertificate("one");
  CertificateFiles files(good);
  const auto error = [&] { return ErrorOf(TlsAcceptor::Make(files.Settings()).status()); };
  EXPECT_EQ(error(), "");
  files.WriteKey(MakeCertificate("other").key);
  EXPECT_THAT(error(), HasSubstr("tls.key_file: "));
  EXPECT_THAT(error(), HasSubstr("tls.key is not the key of "));
  files.WriteKey("no key");
  EXPECT_THAT(error(), HasSubstr("tls.key is no private key without a password in PEM form"));
  files.WriteKey(good.key);
  files.WriteCertificate("no certificate");
  EXPECT_THAT(error(), HasSubstr("tls.crt is no certificate in PEM form"));
  files.WriteCertificate("");
  EXPECT_THAT(error(), HasSubstr("tls.crt is no certificate in PEM form"));
  TlsSettings missing = files.Settings();
  missing.certificate_file += ".missing";
  EXPECT_THAT(ErrorOf(TlsAcceptor::Make(missing).status()),
              HasSubstr("tls.crt.missing cannot be read: No such file"));
}

TEST(TlsAcceptorTest, AClientResumesAlsoAfterTheCertificateHasChanged) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CertificateFiles files(MakeCertificate("one"));
    const auto acceptor = *TlsAcceptor::Make(files.Settings());
    TlsPeer first(*acceptor, {.version = version});
    ASSERT_TRUE(first.ShakeHands());
    EXPECT_EQ(SSL_session_reused(first.client()), 0);
    EXPECT_EQ(first.ClientReceives(), "");  // TLS 1.3 sends its ticket after the handshake.
    const SessionPtr session(first.Session());
    const PemPair two = MakeCertificate("two");
    files.WriteKey(two.key);
    files.WriteCertificate(two.certificate);
    ASSERT_EQ(acceptor->Look(), absl::OkStatus());
    TlsPeer again(*acceptor, {.version = version, .session = session.get()});
    ASSERT_TRUE(again.ShakeHands());
    EXPECT_EQ(SSL_session_reused(again.client()), 1) << version;
    // Another process has other keys: the client shakes hands in full.
    const auto other = *TlsAcceptor::Make(files.Settings());
    TlsPeer elsewhere(*other, {.version = version, .session = session.get()});
    ASSERT_TRUE(elsewhere.ShakeHands());
    EXPECT_EQ(SSL_session_reused(elsewhere.client()), 0) << version;
  }
}

}  // namespace
}  // namespace wsgate
