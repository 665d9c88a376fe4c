// A TLS client and the gateway's stream, on the two ends of one socket.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "gateway/tls/tls_acceptor.h"

namespace wsgate {

struct PeerOptions {
  int version = 0;                 // TLS1_2_VERSION, for example; 0: any.
  std::string alpn;                // In its wire form; empty: none is offered.
  SSL_SESSION* session = nullptr;  // To resume.
  int send_buffer = 0;             // Of the gateway's end, in bytes; 0: the system's.
};

// Owner:   a test.   Threads: one: each side goes on as far as it can in its turn.
class TlsPeer {
 public:
  explicit TlsPeer(TlsAcceptor& acceptor, const PeerOptions& options = {});
  ~TlsPeer();
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  // True: both sides are done.
  [[nodiscard]] bool ShakeHands();
  [[nodiscard]] TlsStream& gateway() { return *gateway_; }
  [[nodiscard]] int gateway_fd() const { return fds_[0]; }
  [[nodiscard]] SSL* client() { return client_.get(); }

  // What the gateway reads of it at once.
  [[nodiscard]] std::string GatewayReceives(size_t at_most = 65'536);
  // What the client reads until nothing comes; the gateway's held bytes go on meanwhile.
  [[nodiscard]] std::string ClientReceives();
  void ClientSends(std::string_view bytes);
  void ClientSendsPlain(std::string_view bytes);
  void ClientHangsUp();
  // The name in the certificate that the client saw.
  [[nodiscard]] std::string CertificateName();
  // To be resumed; the client has to have received after its handshake. The caller frees it.
  [[nodiscard]] SSL_SESSION* Session() { return SSL_get1_session(client_.get()); }

 private:
  int fds_[2] = {-1, -1};  // The gateway's end, the client's.
  SslCtxPtr context_;
  SslPtr client_;
  std::unique_ptr<TlsStream> gateway_;
};

}  // namespace wsgate
