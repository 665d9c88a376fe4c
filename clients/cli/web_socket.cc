#include "clients/cli/web_socket.h"

#include <openssl/pem.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <optional>
#include <utility>

#include "gateway/base/openssl_ptr.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
namespace websocket = beast::websocket;
using Error = beast::error_code;

constexpr size_t kMessageBytesMax = size_t{1} << 20;

// Of an error page that may be long.
std::string_view FirstLine(std::string_view body) {
  return body.substr(0, std::min<size_t>(body.find_first_of("\r\n"), 200));
}

// Over `Stream`: beast::tcp_stream, or TLS above it.
template <class Stream>
class BeastWebSocket final : public WebSocket {
 public:
  BeastWebSocket() : stream_(io_) {}
  explicit BeastWebSocket(std::unique_ptr<ssl::context> context)
      : context_(std::move(context)), stream_(io_, *context_) {}

  absl::Status Connect(const WebSocketUrl& url, Time deadline) {
    asio::ip::tcp::resolver resolver(io_);
    asio::ip::tcp::resolver::results_type found;
    Error error = Do(
        [&](auto done) {
          resolver.async_resolve(url.host, url.port, [&found, done](Error failed, auto results) {
            found = std::move(results);
            done(failed);
          });
        },
        deadline);
    if (!error) {
      error = Do(
          [&](auto done) {
            beast::get_lowest_layer(stream_).async_connect(
                found, [done](Error failed, const auto&) { done(failed); });
          },
          deadline);
    }
    if (!error) return absl::OkStatus();
    return Failed(Cat("cannot connect to ", url.host, ":", url.port), error);
  }

  // The TLS handshake; `pinned`, where there is one, is what the server must show.
  absl::Status Secure(const WebSocketUrl& url, X509* pinned, Time deadline) {
    auto& tls = stream_.next_layer();
    SSL_set_tlsext_host_name(tls.native_handle(), url.host.c_str());
    Error ignored;
    tls.set_verify_mode(pinned == nullptr ? ssl::verify_peer : ssl::verify_none, ignored);
    if (pinned == nullptr) {
      tls.set_verify_callback(ssl::host_name_verification(url.host), ignored);
    }
    const Error error =
        Do([&](auto done) { tls.async_handshake(ssl::stream_base::client, std::move(done)); },
           deadline);
    if (error.category() == asio::error::get_ssl_category() && pinned == nullptr) {
      return absl::FailedPreconditionError(Cat("TLS failed: ", error.message()));
    }
    if (error) return Failed("TLS failed", error);
    if (pinned == nullptr) return absl::OkStatus();
    const X509Ptr shown(SSL_get1_peer_certificate(tls.native_handle()));
    if (shown && X509_cmp(shown.get(), pinned) == 0) return absl::OkStatus();
    return absl::FailedPreconditionError("it shows another certificate than the one that is given");
  }

  absl::Status Upgrade(const WebSocketUrl& url, const WebSocketOptions& options, Time deadline) {
    const std::string& subprotocol = options.subprotocol;
    stream_.set_option(websocket::stream_base::timeout{
        .handshake_timeout = websocket::stream_base::none(),  // `deadline` bounds it.
        .idle_timeout = websocket::stream_base::none(),
        .keep_alive_pings = false});
    stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      if (!subprotocol.empty()) request.set(http::field::sec_websocket_protocol, subprotocol);
      if (!options.token.empty()) {
        request.set(http::field::authorization, Cat("Bearer ", options.token));
      }
    }));
    stream_.read_message_max(kMessageBytesMax);
    websocket::response_type response;
    const std::string host = Cat(url.host, ":", url.port);
    const Error error =
        Do([&](auto done) { stream_.async_handshake(response, host, url.target, std::move(done)); },
           deadline);
    if (error == websocket::error::upgrade_declined) {
      return absl::PermissionDeniedError(Cat("the gateway answered HTTP ", response.result_int(),
                                             " ", FirstLine(response.body())));
    }
    if (error) return Failed("no WebSocket was opened", error);
    if (response[http::field::sec_websocket_protocol] != subprotocol) {
      return absl::InvalidArgumentError(
          Cat("the server does not speak the subprotocol ", subprotocol));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Read(Time deadline) override {
    buffer_.clear();
    const Error error = Do(
        [&](auto done) {
          stream_.async_read(buffer_, [done](Error failed, size_t) { done(failed); });
        },
        deadline);
    if (!error) return beast::buffers_to_string(buffer_.data());
    if (error == websocket::error::closed) {
      return absl::UnavailableError(Cat("the gateway closed the WebSocket with code ",
                                        stream_.reason().code, " ",
                                        std::string(stream_.reason().reason.c_str())));
    }
    return Failed("the WebSocket broke", error);
  }

  void Close(Time deadline) override {
    Do([&](auto done) { stream_.async_close(websocket::close_code::normal, std::move(done)); },
       deadline);
  }

 private:
  // Runs one operation to its end; at the deadline it is cut off, and the connection with it.
  template <class Start>
  Error Do(Start start, Time deadline) {
    std::optional<Error> result;
    start([&result](Error error) { result = error; });
    io_.restart();
    while (!result && io_.run_one_until(deadline) > 0) {
    }
    if (result) return *result;
    beast::get_lowest_layer(stream_).close();
    io_.restart();
    io_.run();  // What waited ends with an error, while what it refers to is still here.
    return asio::error::timed_out;
  }

  static absl::Status Failed(std::string_view what, const Error& error) {
    if (error == asio::error::timed_out) {
      return absl::DeadlineExceededError(Cat(what, ": no answer in time"));
    }
    return absl::UnavailableError(Cat(what, ": ", error.message()));
  }

  asio::io_context io_{1};
  std::unique_ptr<ssl::context> context_;  // Of TLS.
  websocket::stream<Stream> stream_;
  beast::flat_buffer buffer_;
};

using PlainWebSocket = BeastWebSocket<beast::tcp_stream>;
using SecureWebSocket = BeastWebSocket<beast::ssl_stream<beast::tcp_stream>>;

absl::StatusOr<std::unique_ptr<WebSocket>> OpenPlain(const WebSocketUrl& url,
                                                     const WebSocketOptions& options,
                                                     Time deadline) {
  auto socket = std::make_unique<PlainWebSocket>();
  if (absl::Status bad = socket->Connect(url, deadline); !bad.ok()) return bad;
  if (absl::Status bad = socket->Upgrade(url, options, deadline); !bad.ok()) return bad;
  return socket;
}

absl::StatusOr<std::unique_ptr<WebSocket>> OpenSecure(const WebSocketUrl& url,
                                                      const WebSocketOptions& options,
                                                      Time deadline) {
  X509Ptr pinned;
  if (!options.certificate.empty()) {
    const BioPtr reader = ReaderOf(options.certificate);
    pinned.reset(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
    if (!pinned) return absl::InvalidArgumentError("the certificate given is none in PEM");
  }
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  Error ignored;  // Without the system's authorities nobody is believed.
  context->set_default_verify_paths(ignored);
  auto socket = std::make_unique<SecureWebSocket>(std::move(context));
  if (absl::Status bad = socket->Connect(url, deadline); !bad.ok()) return bad;
  if (absl::Status bad = socket->Secure(url, pinned.get(), deadline); !bad.ok()) return bad;
  if (absl::Status bad = socket->Upgrade(url, options, deadline); !bad.ok()) return bad;
  return socket;
}

}  // namespace

absl::StatusOr<WebSocketUrl> ParseWebSocketUrl(std::string_view text) {
  const auto wrong = [text](std::string_view why) {
    return absl::InvalidArgumentError(
        Cat("`", text, "` ", why, "; write it like ws://127.0.0.1:8080/ws"));
  };
  const bool tls = text.starts_with("wss://");
  if (!tls && !text.starts_with("ws://")) return wrong("does not begin with ws:// or wss://");
  const std::string_view rest = text.substr(text.find("://") + 3);
  const size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  WebSocketUrl url;
  url.tls = tls;
  if (tls) url.port = "443";
  url.target = std::string(rest.substr(end, rest.find('#') - end));
  if (!url.target.starts_with("/")) url.target.insert(0, "/");
  std::string_view authority = rest.substr(0, end);
  const size_t bracket = authority.find(']');  // [::1]:8080
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    url.port = std::string(authority.substr(colon + 1));
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with("[") && authority.ends_with("]")) {
    authority = authority.substr(1, authority.size() - 2);
  }
  url.host = std::string(authority);
  if (url.host.empty()) return wrong("names no host");
  if (url.port.empty() || url.port.size() > 5 ||
      url.port.find_first_not_of("0123456789") != std::string::npos) {
    return wrong("has no port that is a number");
  }
  return url;
}

absl::StatusOr<std::unique_ptr<WebSocket>> WebSocket::Open(const WebSocketUrl& url,
                                                           const WebSocketOptions& options,
                                                           Time deadline) {
  return url.tls ? OpenSecure(url, options, deadline) : OpenPlain(url, options, deadline);
}

}  // namespace wsgate::cli
