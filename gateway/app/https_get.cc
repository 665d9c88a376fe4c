#include "gateway/app/https_get.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <utility>
#include <variant>

#include "gateway/config/strings.h"

// Under the address sanitizer GCC 12 does not see that the frame of a coroutine of Asio is freed as
// it was taken.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace wsgate {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Result = absl::StatusOr<std::string>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

absl::Status Failed(std::string_view what, const error_code& error) {
  return absl::UnavailableError(Cat(what, ": ", error.message()));
}

// Names the host in the hello and in the check of the certificate.
bool NameHost(SSL* ssl, const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  if (!error) return true;  // An address is no server name (RFC 6066 section 3).
  return SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

asio::awaitable<Result> Get(const HttpsUrl& url, asio::ssl::context& tls, size_t bytes_max) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  auto [resolve_error, endpoints] =
      co_await resolver.async_resolve(url.host, std::to_string(url.port), kTuple);
  if (resolve_error) co_return Failed("cannot look up its host", resolve_error);
  beast::ssl_stream<beast::tcp_stream> stream(executor, tls);
  if (!NameHost(stream.native_handle(), url.host)) {
    co_return absl::UnavailableError("has a host that TLS cannot name");
  }
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(url.host));
  auto [connect_error, endpoint] =
      co_await beast::get_lowest_layer(stream).async_connect(endpoints, kTuple);
  if (connect_error) co_return Failed("cannot connect", connect_error);
  auto [tls_error] = co_await stream.async_handshake(asio::ssl::stream_base::client, kTuple);
  if (tls_error) {
    const long verdict = SSL_get_verify_result(stream.native_handle());
    if (verdict == X509_V_OK) co_return Failed("TLS failed", tls_error);
    co_return absl::UnavailableError(
        Cat("has a certificate that is not trusted: ", X509_verify_cert_error_string(verdict)));
  }

  http::request<http::empty_body> request(http::verb::get, url.target, 11);
  request.set(http::field::host, url.HostHeader());
  request.set(http::field::user_agent, "wsgate/" WSGATE_VERSION);
  request.set(http::field::accept, "application/json, application/jwk-set+json");
  request.set(http::field::connection, "close");
  auto [write_error, written] = co_await http::async_write(stream, request, kTuple);
  if (write_error) co_return Failed("cannot be asked", write_error);

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(bytes_max);
  auto [read_error, read] = co_await http::async_read(stream, buffer, parser, kTuple);
  if (read_error) co_return Failed("gave no whole answer", read_error);
  if (parser.get().result_int() != 200) {
    co_return absl::UnavailableError(
        Cat("answered with status ", parser.get().result_int(), " and not with 200"));
  }
  co_return std::move(parser.get().body());
}

}  // namespace

asio::awaitable<Result> HttpsGet(const HttpsUrl& url, asio::ssl::context& tls,
                                 HttpsGetLimits limits) {
  using asio::experimental::awaitable_operators::operator||;
  asio::steady_timer timer(co_await asio::this_coro::executor, limits.timeout);
  auto first = co_await (Get(url, tls, limits.bytes_max) || timer.async_wait(kTuple));
  if (first.index() == 0) co_return std::get<0>(std::move(first));
  co_return absl::UnavailableError("gave no answer in time");
}

}  // namespace wsgate
