// One WebSocket to a gateway's client port, over TLS or plain: to check a gateway from where its
// clients are.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/clock.h"

namespace wsgate::cli {

// ws://HOST:PORT/PATH?QUERY in parts.
struct WebSocketUrl {
  bool tls = false;  // wss://
  std::string host;
  std::string port = "80";
  std::string target = "/";  // Path and query.
};

// What the client says, and whom it believes.
struct WebSocketOptions {
  std::string subprotocol;
  std::string token;  // `Authorization: Bearer`; empty: no such header.
  // With wss: the certificate that the server must show, in PEM, whatever names are in it. Empty:
  // one for the URL's host that the system's authorities sign.
  std::string certificate;
};

// Errors: InvalidArgument, says how to write it.
[[nodiscard]] absl::StatusOr<WebSocketUrl> ParseWebSocketUrl(std::string_view text);

// Flow:    program → WebSocket → the gateway's client port.
// Owner:   the program.   Threads: one; each call blocks it.
// Bounds:  one connection, one message of at most 1 MiB; a call ends at `deadline`.
class WebSocket {
 public:
  // Errors: Unavailable: no connection; DeadlineExceeded: no answer by `deadline`;
  // PermissionDenied: the gateway answered with another status than 101, which the message names;
  // InvalidArgument: it does not speak the subprotocol, or options.certificate is no certificate;
  // FailedPrecondition: it shows another certificate, or one that is not to be believed.
  static absl::StatusOr<std::unique_ptr<WebSocket>> Open(const WebSocketUrl& url,
                                                         const WebSocketOptions& options,
                                                         Time deadline);
  virtual ~WebSocket() = default;

  // The next message. Errors: Unavailable: the connection has ended, and how; DeadlineExceeded.
  virtual absl::StatusOr<std::string> Read(Time deadline) = 0;
  // Says good-bye. A gateway that does not answer by `deadline` is left alone.
  virtual void Close(Time deadline) = 0;

 protected:
  WebSocket() = default;
  WebSocket(const WebSocket&) = default;
  WebSocket& operator=(const WebSocket&) = default;
};

}  // namespace wsgate::cli
