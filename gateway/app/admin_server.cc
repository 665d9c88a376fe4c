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
#include "gateway/config/address.h"
#include "gateway/metrics/prometheus.h"

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
constexpr std::string_view kText = "text/plain; charset=utf-8";

constexpr std::string_view kIndex =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>wsgate "
    "admin</title></head>\n"
    "<body>\n<h1>wsgate " WSGATE_VERSION
    "</h1>\n<ul>\n"
    "<li><a href=\"/metrics\">/metrics</a>: figures for Prometheus</li>\n"
    "<li><a href=\"/livez\">/livez</a>: 200 while the process runs (also /healthz)</li>\n"
    "<li><a href=\"/readyz\">/readyz</a>: 200 when newcomers are welcome, 503 before the start is "
    "complete and in a drain</li>\n</ul>\n</body></html>\n";

using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

Response MakeResponse(http::status status, std::string_view content_type, std::string body) {
  Response response(status, 11);
  response.set(http::field::content_type, content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

Response ReadinessPage(Readiness readiness) {
  switch (readiness) {
    case Readiness::kReady:
      return MakeResponse(http::status::ok, kText, "ready\n");
    case Readiness::kDraining:
      return MakeResponse(http::status::service_unavailable, kText, "draining\n");
    case Readiness::kNotReady:
      break;
  }
  return MakeResponse(http::status::service_unavailable, kText, "not ready\n");
}

// The page of a path, or 404.
Response Page(const AdminOptions& options, std::string_view path) {
  if (path == "/metrics") {
    return MakeResponse(http::status::ok, kPrometheusContentType, options.metrics());
  }
  if (path == "/livez" || path == "/healthz") return MakeResponse(http::status::ok, kText, "ok\n");
  if (path == "/readyz") return ReadinessPage(options.readiness());
  if (path == "/") {
    return MakeResponse(http::status::ok, "text/html; charset=utf-8", std::string(kIndex));
  }
  return MakeResponse(http::status::not_found, kText,
                      "nothing here; there are /, /metrics, /livez, /healthz and /readyz\n");
}

Response Answer(const AdminOptions& options, const Request& request) {
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    Response response =
        MakeResponse(http::status::method_not_allowed, kText, "only GET and HEAD work here\n");
    response.set(http::field::allow, "GET, HEAD");
    return response;
  }
  const std::string_view target(request.target().data(), request.target().size());
  return Page(options, target.substr(0, target.find('?')));
}

// The answer to a request that could not be read; nullopt when the peer is gone or too slow.
std::optional<Response> AnswerTo(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return MakeResponse(http::status::request_header_fields_too_large, kText,
                        "the request's head is above 8 KiB\n");
  }
  if (error.category() == make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message) {
    return MakeResponse(http::status::bad_request, kText, "this is not an HTTP/1.1 request\n");
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
      for (beast::tcp_stream* const stream : streams_) stream->close();
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
      if (streams_.size() >= options_.connections_max) continue;  // Closes it.
      asio::co_spawn(io_, Serve(beast::tcp_stream(std::move(socket))), asio::detached);
    }
  }

  asio::awaitable<void> Serve(beast::tcp_stream stream) {
    const auto entry = streams_.insert(&stream).first;
    const absl::Cleanup leave = [this, entry] { streams_.erase(entry); };
    beast::flat_buffer buffer(2 * kHeaderBytesMax);  // One head, and what is pipelined behind it.
    bool keep_alive = !stopping_;
    while (keep_alive) keep_alive = co_await ServeOne(stream, buffer);
    // A socket closed over unread bytes resets the peer, which then may never read the answer.
    error_code error;
    stream.socket().shutdown(tcp::socket::shutdown_send, error);
    stream.expires_after(kLinger);
    while (!error && !stopping_) {
      buffer.clear();
      std::tie(error, std::ignore) =
          co_await stream.async_read_some(buffer.prepare(kHeaderBytesMax), kTuple);
    }
  }

  // Whether the connection goes on.
  asio::awaitable<bool> ServeOne(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kHeaderBytesMax);
    stream.expires_after(options_.timeout);
    const auto [error, bytes] = co_await http::async_read_header(stream, buffer, parser, kTuple);
    if (error) {
      std::optional<Response> refusal = AnswerTo(error);
      if (!refusal) co_return false;
      refusal->keep_alive(false);
      co_return co_await Write(stream, *refusal, /*head_only=*/false);
    }
    const Request& request = parser.get();
    // A body is never read, so where the next request would start is unknown.
    const bool has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
    Response response = Answer(options_, request);
    response.keep_alive(request.keep_alive() && !has_body);
    co_return co_await Write(stream, response, request.method() == http::verb::head);
  }

  asio::awaitable<bool> Write(beast::tcp_stream& stream, Response& response, bool head_only) {
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
  std::set<beast::tcp_stream*> streams_;  // One for each connection, in its coroutine's frame.
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
