#include "clients/cli/web_socket.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <optional>
#include <utility>

#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using Error = beast::error_code;

constexpr size_t kMessageBytesMax = size_t{1} << 20;

// Of an error page that may be long.
std::string_view FirstLine(std::string_view body) {
  return body.substr(0, std::min<size_t>(body.find_first_of("\r\n"), 200));
}

class BeastWebSocket final : public WebSocket {
 public:
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

  absl::Status Upgrade(const WebSocketUrl& url, const std::string& subprotocol, Time deadline) {
    stream_.set_option(websocket::stream_base::timeout{
        .handshake_timeout = websocket::stream_base::none(),  // `deadline` bounds it.
        .idle_timeout = websocket::stream_base::none(),
        .keep_alive_pings = false});
    stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      if (!subprotocol.empty()) request.set(http::field::sec_websocket_protocol, subprotocol);
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
  websocket::stream<beast::tcp_stream> stream_{io_};
  beast::flat_buffer buffer_;
};

}  // namespace

absl::StatusOr<WebSocketUrl> ParseWebSocketUrl(std::string_view text) {
  constexpr std::string_view kScheme = "ws://";
  const auto wrong = [text](std::string_view why) {
    return absl::InvalidArgumentError(
        Cat("`", text, "` ", why, "; write it like ws://127.0.0.1:8080/ws"));
  };
  if (text.starts_with("wss://")) return wrong("asks for TLS, which is not spoken here");
  if (!text.starts_with(kScheme)) return wrong("does not begin with ws://");
  const std::string_view rest = text.substr(kScheme.size());
  const size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  WebSocketUrl url;
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
                                                           const std::string& subprotocol,
                                                           Time deadline) {
  auto socket = std::make_unique<BeastWebSocket>();
  if (absl::Status status = socket->Connect(url, deadline); !status.ok()) return status;
  if (absl::Status status = socket->Upgrade(url, subprotocol, deadline); !status.ok())
    return status;
  return socket;
}

}  // namespace wsgate::cli
