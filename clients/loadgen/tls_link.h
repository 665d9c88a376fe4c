// TLS beneath a client's WebSocket: OpenSSL on a socket that never waits.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/base/openssl_ptr.h"

namespace wsgate::loadgen {

// Whom the links of a process believe.
// Flow:    a CA's certificates → TlsClient → TlsLinks.
// Owner:   the run; outlives its links and may be forked with it.
// Threads: one at a time makes links.
// Bounds:  the certificates.
class TlsClient {
 public:
  // `ca` in PEM, empty: the system's authorities. `name` is what must stand in the server's
  // certificate: a DNS name, or an IP address. Has SIGPIPE ignored from here on, since OpenSSL
  // writes with write(2). Errors: InvalidArgument: no certificate in `ca`, as a sentence without
  // subject.
  static absl::StatusOr<std::shared_ptr<const TlsClient>> Make(std::string_view ca,
                                                               const std::string& name);

  const std::string& name() const { return name_; }

 private:
  friend class TlsLink;
  using SslCtxPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

  TlsClient(SslCtxPtr context, std::string name, bool is_address)
      : context_(std::move(context)), name_(std::move(name)), is_address_(is_address) {}

  SslCtxPtr context_;
  std::string name_;
  bool is_address_;
};

// Every call goes as far as the socket lets it, which is what an edge-triggered poller needs: after
// kWait an edge comes, for reading or for writing, and any edge may be what the handshake, a read
// or a write waits for.
// Flow:    Swarm ↔ TlsLink ↔ socket.
// Owner:   a swarm's peer, with its socket.
// Threads: the swarm's.
// Bounds:  one pointer; OpenSSL's own memory behind it, without buffers while the link is idle.
class TlsLink {
 public:
  enum class Result { kDone, kWait, kEnded, kFailed };
  struct Step {
    Result result = Result::kWait;
    size_t bytes = 0;  // Read or written, with kDone.
    std::string why;   // Of kFailed: `TLS: ...`, or the socket's own error.
  };

  TlsLink() = default;  // None: a plain connection.
  // `fd` stays the caller's.
  TlsLink(const TlsClient& client, int fd);

  explicit operator bool() const { return ssl_ != nullptr; }

  // kDone: the server has shown a certificate that is believed.
  Step ShakeHands();
  // kDone may leave more to be read. kEnded: the server will send no more.
  Step Read(std::span<char> into);
  // After kWait the same bytes must come again, from wherever, maybe with more behind them.
  Step Write(std::string_view bytes);
  // Once the first bytes have been read: 16 KiB that OpenSSL needed for the server's tickets, which
  // came before them, are kept until something is written. This writes nothing.
  void Trim();

 private:
  // `open`: hands were shaken before.
  Step StepOf(int returned, size_t bytes, bool open);

  std::unique_ptr<SSL, Freer<SSL_free>> ssl_;
};

}  // namespace wsgate::loadgen
