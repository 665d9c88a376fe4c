#include "gateway/app/admin_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "gateway/app/admin_calls.h"
#include "gateway/app/admin_pages.h"
#include "gateway/config/address.h"

namespace wsgate {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr uint32_t kHeaderBytesMax = 8 * 1024;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr auto kLinger = std::chrono::seconds(1);
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

// The answer to a request that could not be read; nullopt when the peer is gone or too slow.
std::optional<AdminResponse> AnswerTo(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return MakeAdminResponse(http::status::request_header_fields_too_large, kPlainText,
                             "the request's head is above 8 KiB\n");
  }
  if (error.category() == make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message) {
    return MakeAdminResponse(http::status::bad_request, kPlainText,
                             "this is not an HTTP/1.1 request\n");
  }
  return std::nullopt;
}

class HttpAdminServer final : public AdminServer {
 public:
  explicit HttpAdminServer(AdminOptions options) : options_(std::move(options)) {}
  ~HttpAdminServer() override {
    asio::post(io_, [this] {  // What waits then ends with an error, and run() with it.
      stopping_ = true;
      acceptor_.close();
      accept_pause_.cancel();
      for (Connection* const connection : connections_) connection->stream.close();
    });
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen() {
    absl::StatusOr<Address> address = ParseAddress(options_.address);
    if (!address.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("admin.address: ", address.status().message()));
    }
    error_code error;
    const std::string host = address->host == "localhost" ? "127.0.0.1" : address->host;
    const tcp::endpoint endpoint(asio::ip::make_address(host, error), address->port);
    if (error) return CannotListen(error);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (error) return CannotListen(error);
    const tcp::endpoint bound = acceptor_.local_endpoint(error);
    address_ = (std::ostringstream() << bound).str();  // An IPv6 address in brackets.
    return error ? CannotListen(error) : absl::OkStatus();
  }

  void Run() {
    asio::co_spawn(io_, AcceptAll(), asio::detached);
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "wsgate-admin");
      io_.run();
    });
  }

  const std::string& address() const override { return address_; }

 private:
  struct Connection {
    beast::tcp_stream stream;
    std::optional<Time> idle_since = SteadyNow();  // Waits for a request; nullopt: it does not.
  };

  absl::Status CannotListen(const error_code& error) const {
    if (error == asio::error::address_in_use) {
      return absl::UnavailableError(
          absl::StrCat("admin.address ", options_.address,
                       " is taken; stop what listens there or choose another with "
                       "--admin-address"));
    }
    return absl::UnavailableError(absl::StrCat("admin.address ", options_.address,
                                               " cannot be listened on: ", error.message(),
                                               "; choose another with --admin-address"));
  }

  asio::awaitable<void> AcceptAll() {
    while (!stopping_) {
      auto [error, socket] = co_await acceptor_.async_accept(kTuple);
      if (stopping_) co_return;
      if (error) {  // No descriptor is left, say: asking again at once would only burn the CPU.
        accept_pause_.expires_after(kAcceptPause);
        co_await accept_pause_.async_wait(kTuple);
        continue;
      }
      if (connections_.size() >= options_.connections_max && !CloseIdle()) continue;  // Closes it.
      asio::co_spawn(io_, Serve(beast::tcp_stream(std::move(socket))), asio::detached);
    }
  }

  // Makes room by closing the connection that has been idle longest, so that the pools of backends
  // do not shut probes out. False: none is idle.
  bool CloseIdle() {
    Connection* longest = nullptr;
    for (Connection* const connection : connections_) {
      if (!connection->idle_since) continue;
      if (longest == nullptr || *connection->idle_since < *longest->idle_since) {
        longest = connection;
      }
    }
    if (longest == nullptr) return false;
    longest->stream.close();
    connections_.erase(longest);
    return true;
  }

  asio::awaitable<void> Serve(beast::tcp_stream accepted) {
    Connection connection{std::move(accepted)};
    beast::tcp_stream& stream = connection.stream;
    connections_.insert(&connection);
    const absl::Cleanup leave = [this, &connection] { connections_.erase(&connection); };
    beast::flat_buffer buffer(2 * kHeaderBytesMax);  // One head, and what is pipelined behind it.
    bool keep_alive = !stopping_;
    while (keep_alive) keep_alive = co_await ServeOne(connection, buffer);
    // A socket closed over unread bytes resets the peer, which then may never read the answer.
    error_code error;
    connection.idle_since = SteadyNow();  // It may be closed by force.
    stream.socket().shutdown(tcp::socket::shutdown_send, error);
    stream.expires_after(kLinger);
    while (!error && !stopping_) {
      buffer.clear();
      std::tie(error, std::ignore) =
          co_await stream.async_read_some(buffer.prepare(kHeaderBytesMax), kTuple);
    }
  }

  // Whether the connection goes on.
  asio::awaitable<bool> ServeOne(Connection& connection, beast::flat_buffer& buffer) {
    AdminRequestParser parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(boost::none);  // No body is read here; calls have a limit of their own.
    connection.idle_since = SteadyNow();
    connection.stream.expires_after(options_.timeout);
    const auto [error, bytes] =
        co_await http::async_read_header(connection.stream, buffer, parser, kTuple);
    connection.idle_since.reset();
    if (error) {
      std::optional<AdminResponse> refusal = AnswerTo(error);
      if (!refusal) co_return false;
      refusal->keep_alive(false);
      co_return co_await Write(connection.stream, *refusal, /*head_only=*/false);
    }
    const bool head_only = parser.get().method() == http::verb::head;
    std::optional<AdminResponse> response = co_await Answer(connection.stream, buffer, parser);
    if (!response) co_return false;
    co_return co_await Write(connection.stream, *response, head_only);
  }

  // nullopt: the peer is gone or too slow.
  asio::awaitable<std::optional<AdminResponse>> Answer(beast::tcp_stream& stream,
                                                       beast::flat_buffer& buffer,
                                                       AdminRequestParser& parser) {
    const http::request<http::empty_body>& request = parser.get();
    const std::string_view target(request.target().data(), request.target().size());
    const std::string_view path = target.substr(0, target.find('?'));
    if (calls_.Takes(path)) co_return co_await calls_.Answer(stream, buffer, parser);
    // A body is not read, so where the next request would start is unknown.
    const bool has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
    AdminResponse response = AdminPage(options_, request.method(), path);
    response.keep_alive(request.keep_alive() && !has_body);
    co_return response;
  }

  asio::awaitable<bool> Write(beast::tcp_stream& stream, AdminResponse& response, bool head_only) {
    if (options_.answered) options_.answered(static_cast<int>(response.result_int()));
    stream.expires_after(options_.timeout);
    http::response_serializer<http::string_body> serializer(response);
    error_code error;
    if (head_only) {
      std::tie(error, std::ignore) = co_await http::async_write_header(stream, serializer, kTuple);
    } else {
      std::tie(error, std::ignore) = co_await http::async_write(stream, serializer, kTuple);
    }
    co_return !error && response.keep_alive();
  }

  const AdminOptions options_;
  std::string address_;
  asio::io_context io_{1};
  // All below: the server's thread alone, once it runs.
  tcp::acceptor acceptor_{io_};
  asio::steady_timer accept_pause_{io_};
  std::set<Connection*> connections_;  // Each in its coroutine's frame.
  AdminCalls calls_{options_};
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(AdminOptions options) {
  auto server = std::make_unique<HttpAdminServer>(std::move(options));
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  server->Run();
  return server;
}

}  // namespace wsgate
