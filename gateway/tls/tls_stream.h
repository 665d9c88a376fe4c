// TLS over a client's socket, with the calls of a socket.
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "gateway/base/openssl_ptr.h"

namespace wsgate {

using SslPtr = std::unique_ptr<SSL, Freer<SSL_free>>;

// OpenSSL wants a write that found no room to be repeated with the same bytes, which a queue that
// drops messages cannot promise. So the socket always takes what OpenSSL has made of one write:
// what is too much for it is held here and goes first the next time. Flow:    FrontDoor,
// SessionReader, SessionWriter → TlsStream → socket. Owner:   Connection, Upgrade, then the shard's
// TlsStreams. Threads: one at a time; it moves with its socket from shard to shard. Bounds:  one
// write of 16 KiB or one flight of a handshake is held, kHeldMax at most: beyond it, as when a peer
// asks for new keys again and again and reads nothing, the connection is broken.
class TlsStream {
 public:
  static constexpr size_t kHeldMax = 64 * 1024;

  // `ssl` is the server's side, fresh. `fd` stays the caller's. Null: no memory.
  [[nodiscard]] static std::unique_ptr<TlsStream> Make(SslPtr ssl, int fd);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // As recv(2) without MSG_PEEK, but reads on until the socket is empty or `into` full: what is
  // left over raises an edge, or has_more() says so. Shakes hands first. 0: the peer is done. -1
  // with errno EAGAIN: nothing has come; else the connection is broken.
  [[nodiscard]] ssize_t Receive(std::span<char> into);
  // The end has been seen, or `into` was full: bytes may wait that have left the socket. Half a
  // record is nothing yet: its other half raises an edge.
  [[nodiscard]] bool has_more() const { return ended_ || broken_ || !drained_; }
  // The first bytes were no TLS but an HTTP request in plain text.
  [[nodiscard]] bool saw_plain_http() const { return saw_plain_http_; }
  // Whether the handshake is over.
  [[nodiscard]] bool ready() const { return SSL_is_init_finished(ssl_.get()) != 0; }
  // What OpenSSL found wrong; empty: nothing.
  [[nodiscard]] std::string error() const;

  // As sendmsg(2): bytes taken, or -1 with errno EAGAIN or EPIPE.
  [[nodiscard]] ssize_t Send(std::span<const iovec> parts);
  // Goes on with what is held. False: the connection is broken.
  [[nodiscard]] bool Flush();
  [[nodiscard]] bool holds() const { return !held_.empty(); }
  // The peer is told that nothing follows. Only once does anything.
  void SayGoodbye();

 private:
  friend struct SocketBio;

  TlsStream(SslPtr ssl, int fd) : ssl_(std::move(ssl)), fd_(fd) {}
  // What the socket takes of it; -1: broken.
  [[nodiscard]] ssize_t ToSocket(const char* bytes, size_t size);
  [[nodiscard]] bool Put(const char* bytes, size_t size);

  SslPtr ssl_;
  std::string held_;  // Encrypted, not taken by the socket.
  unsigned long error_ = 0;
  const int fd_;
  bool drained_ = true;  // Everything that has come was handed out.
  bool ended_ = false;   // The peer is done.
  bool broken_ = false;  // No byte gets through any more.
  bool said_goodbye_ = false;
  bool saw_plain_http_ = false;
};

// As recv(2) and sendmsg(2), through TLS where there is any.
[[nodiscard]] ssize_t Receive(int fd, TlsStream* tls, std::span<char> into);
[[nodiscard]] ssize_t Send(int fd, TlsStream* tls, std::span<const iovec> parts);
[[nodiscard]] ssize_t Send(int fd, TlsStream* tls, std::string_view bytes);
// Nothing follows what was sent: shuts the socket's write side. False: TLS holds bytes that go
// first; call it again when the socket takes more.
bool ShutDown(int fd, TlsStream* tls);

}  // namespace wsgate
