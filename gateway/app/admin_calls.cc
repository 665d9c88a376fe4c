#include "gateway/app/admin_calls.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <utility>
#include <variant>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace wsgate {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

using Head = http::request<http::empty_body>;

std::string_view View(beast::string_view text) {
  return {text.data(), text.size()};
}

// The header's value; empty where there is none. `twice` becomes true where there are several.
std::string_view One(const Head& request, std::string_view name, bool& twice) {
  const auto [first, last] = request.equal_range(beast::string_view(name.data(), name.size()));
  if (first == last) return {};
  if (std::next(first) != last) twice = true;
  return View(first->value());
}

HttpHead ReadHead(const Head& request) {
  HttpHead head;
  head.method = View(request.method_string());
  const std::string_view target = View(request.target());
  head.path = target.substr(0, target.find('?'));
  head.content_type = One(request, "Content-Type", head.has_twice);
  head.content_encoding = One(request, "Content-Encoding", head.has_twice);
  head.connect_protocol_version = One(request, "Connect-Protocol-Version", head.has_twice);
  head.connect_timeout_ms = One(request, "Connect-Timeout-Ms", head.has_twice);
  head.authorization = One(request, "Authorization", head.has_twice);
  head.has_origin = request.count(http::field::origin) > 0;
  return head;
}

AdminResponse ToResponse(HttpAnswer answer) {
  AdminResponse response = MakeAdminResponse(static_cast<http::status>(answer.status),
                                             answer.content_type, std::move(answer.body));
  if (answer.status == 499) response.reason("Client Closed Request");
  if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
  if (!answer.accept_post.empty()) response.set("Accept-Post", answer.accept_post);
  if (answer.retry_after_s > 0) {
    response.set(http::field::retry_after, std::to_string(answer.retry_after_s));
  }
  return response;
}

// An answer before the body's end: where the next request would start is unknown.
AdminResponse Refuse(HttpAnswer answer, bool body_read) {
  AdminResponse response = ToResponse(std::move(answer));
  response.keep_alive(body_read);
  return response;
}

std::string PeerOf(beast::tcp_stream& stream) {
  beast::error_code error;
  const asio::ip::tcp::endpoint peer = stream.socket().remote_endpoint(error);
  if (error) return "gone";
  const std::string address = peer.address().to_string();
  return peer.address().is_v6() ? absl::StrCat("[", address, "]:", peer.port())
                                : absl::StrCat(address, ":", peer.port());
}

HttpAnswer TooBig(size_t bytes_max) {
  return ConnectRefusal(Reason::kHttpTooBig, absl::StrCat("the body is above ", bytes_max, " B"));
}

HttpAnswer Full(std::string_view of_what) {
  return ConnectRefusal(Reason::kHttpCallsFull,
                        absl::StrCat(std::string(of_what), " over HTTP as there may be"));
}

// Waits for `call`, which answers on another thread.
asio::awaitable<HttpAnswer> Ask(const AdminOptions& options, ConnectCall call, std::string body) {
  struct Slot {
    explicit Slot(const asio::any_io_executor& executor) : answered(executor) {}
    asio::steady_timer answered;
    std::optional<HttpAnswer> answer;
  };
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto slot = std::make_shared<Slot>(executor);
  slot->answered.expires_at(asio::steady_timer::time_point::max());
  options.call(std::move(call), std::move(body), [executor, slot](HttpAnswer answer) {
    asio::post(executor, [slot, answer = std::move(answer)]() mutable {
      slot->answer = std::move(answer);
      slot->answered.cancel();
    });
  });
  // The timer also keeps the server's thread from ending before the answer is there.
  while (!slot->answer) co_await slot->answered.async_wait(kTuple);
  co_return *std::move(slot->answer);
}

}  // namespace

class AdminCalls::Lease {
 public:
  Lease(size_t& held, size_t max) : held_(held), max_(max) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { held_ -= bytes_; }

  // Holds `bytes` in all. False: that is more than there is.
  [[nodiscard]] bool GrowTo(size_t bytes) {
    if (bytes <= bytes_) return true;
    if (bytes - bytes_ > max_ - held_) return false;
    held_ += bytes - std::exchange(bytes_, bytes);
    return true;
  }

 private:
  size_t& held_;
  const size_t max_;
  size_t bytes_ = 0;
};

// Neither text nor refusal: the peer is gone or too slow.
struct AdminCalls::Body {
  std::optional<std::string> text;
  std::optional<HttpAnswer> refusal;
};

bool AdminCalls::Takes(std::string_view path) const {
  return options_.call && IsControlPath(path);
}

asio::awaitable<AdminCalls::Body> AdminCalls::ReadBody(beast::tcp_stream& stream,
                                                       beast::flat_buffer& buffer,
                                                       AdminRequestParser& head, Lease& lease) {
  const size_t announced = head.content_length().value_or(0);
  if (announced > options_.body_bytes_max) {
    co_return Body{.refusal = TooBig(options_.body_bytes_max)};
  }
  if (!lease.GrowTo(announced)) co_return Body{.refusal = Full("bodies hold as many bytes")};
  stream.expires_after(options_.body_timeout);
  if (beast::iequals(head.get()[http::field::expect], "100-continue") && !head.is_done() &&
      buffer.size() == 0) {
    const auto [error, bytes] = co_await asio::async_write(stream, asio::buffer(kContinue), kTuple);
    if (error) co_return Body{};
  }
  http::request_parser<http::string_body> parser(std::move(head));
  parser.body_limit(options_.body_bytes_max);
  while (!parser.is_done()) {
    const auto [error, bytes] = co_await http::async_read_some(stream, buffer, parser, kTuple);
    if (error == http::error::body_limit)
      co_return Body{.refusal = TooBig(options_.body_bytes_max)};
    if (error && error.category() == make_error_code(http::error::bad_chunk).category() &&
        error != http::error::partial_message) {
      co_return Body{.refusal =
                         ConnectRefusal(Reason::kHttpUnreadable, "the body is not HTTP/1.1")};
    }
    if (error) co_return Body{};
    if (!lease.GrowTo(parser.get().body().size())) {
      co_return Body{.refusal = Full("bodies hold as many bytes")};
    }
  }
  co_return Body{.text = std::move(parser.get().body())};
}

asio::awaitable<std::optional<AdminResponse>> AdminCalls::Answer(beast::tcp_stream& stream,
                                                                 beast::flat_buffer& buffer,
                                                                 AdminRequestParser& parser) {
  const bool keep_alive = parser.get().keep_alive();
  const bool no_body = !parser.chunked() && parser.content_length().value_or(0) == 0;
  std::variant<ConnectCall, HttpAnswer> asked = ReadConnectHead(ReadHead(parser.get()));
  if (auto* const refusal = std::get_if<HttpAnswer>(&asked)) {
    co_return Refuse(std::move(*refusal), keep_alive && no_body);
  }
  if (calls_ >= options_.calls_max) {
    co_return Refuse(Full("as many calls are open"), keep_alive && no_body);
  }
  ++calls_;
  const absl::Cleanup leave = [this] { --calls_; };
  Lease lease(held_bytes_, options_.bodies_bytes_max);
  Body body = co_await ReadBody(stream, buffer, parser, lease);
  if (body.refusal) co_return Refuse(*std::move(body.refusal), false);
  if (!body.text) co_return std::nullopt;
  stream.expires_never();
  ConnectCall& call = std::get<ConnectCall>(asked);
  call.peer = PeerOf(stream);
  HttpAnswer answer = co_await Ask(options_, std::move(call), *std::move(body.text));
  co_return Refuse(std::move(answer), keep_alive);
}

}  // namespace wsgate
