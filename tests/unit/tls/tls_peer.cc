#include "tests/unit/tls/tls_peer.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "gateway/base/check.h"

namespace wsgate {

TlsPeer::TlsPeer(TlsAcceptor& acceptor, const PeerOptions& options)
    : context_(SSL_CTX_new(TLS_client_method())) {
  WSGATE_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds_) == 0);
  if (options.send_buffer != 0) {
    ::setsockopt(fds_[0], SOL_SOCKET, SO_SNDBUF, &options.send_buffer, sizeof options.send_buffer);
  }
  if (options.version != 0) {
    SSL_CTX_set_security_level(context_.get(), 0);  // Old versions are offered at all.
    SSL_CTX_set_min_proto_version(context_.get(), options.version);
    SSL_CTX_set_max_proto_version(context_.get(), options.version);
  }
  client_.reset(SSL_new(context_.get()));
  if (!options.alpn.empty()) {
    SSL_set_alpn_protos(client_.get(), Bytes(options.alpn),
                        static_cast<unsigned>(options.alpn.size()));
  }
  if (options.session != nullptr) SSL_set_session(client_.get(), options.session);
  BIO* const bio = BIO_new_socket(fds_[1], BIO_NOCLOSE);
  SSL_set_bio(client_.get(), bio, bio);
  SSL_set_connect_state(client_.get());
  gateway_ = acceptor.Accept(fds_[0]);
  WSGATE_CHECK(gateway_ != nullptr);
}

TlsPeer::~TlsPeer() {
  ClientHangsUp();
  ::close(fds_[0]);
}

bool TlsPeer::ShakeHands() {
  for (int turn = 0; turn < 20; ++turn) {
    ERR_clear_error();
    const bool client_done = SSL_do_handshake(client_.get()) == 1;
    std::array<char, 1> nothing;
    // It has no bytes to give yet: only hands are shaken.
    if (gateway_->Receive(nothing) == 0) return false;
    if (client_done && gateway_->ready()) return true;
  }
  return false;
}

std::string TlsPeer::GatewayReceives(size_t at_most) {
  std::string bytes(at_most, '\0');
  const ssize_t got = gateway_->Receive(bytes);
  bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return bytes;
}

std::string TlsPeer::ClientReceives() {
  std::string all;
  std::array<char, 16'384> part;
  for (;;) {
    ERR_clear_error();
    size_t got = 0;
    const bool any = SSL_read_ex(client_.get(), part.data(), part.size(), &got) == 1;
    all.append(part.data(), any ? got : 0);
    const bool held = gateway_->holds();
    if (!gateway_->Flush() || (!any && !held)) return all;
  }
}

void TlsPeer::ClientSends(std::string_view bytes) {
  WSGATE_CHECK(SSL_write(client_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
               static_cast<int>(bytes.size()));
}

void TlsPeer::ClientSendsPlain(std::string_view bytes) {
  WSGATE_CHECK(::send(fds_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size()));
}

void TlsPeer::ClientHangsUp() {
  if (fds_[1] >= 0) ::close(std::exchange(fds_[1], -1));
}

std::string TlsPeer::CertificateName() {
  const X509Ptr certificate(SSL_get1_peer_certificate(client_.get()));
  if (certificate == nullptr) return "";
  std::array<char, 64> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

}  // namespace wsgate
