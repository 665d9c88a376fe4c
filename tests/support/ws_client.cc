#include "tests/support/ws_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <functional>
#include <utility>

namespace wsgate {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Error = beast::error_code;

asio::ip::tcp::endpoint EndpointOf(const std::string& address) {
  const size_t colon = address.rfind(':');
  return {asio::ip::make_address(address.substr(0, colon)),
          static_cast<uint16_t>(std::stoi(address.substr(colon + 1)))};
}

}  // namespace

struct WsClient::Impl {
  Impl() {
    // Larger frames than Beast's 4 KiB, so that 1 MiB is not hundreds of them.
    stream.write_buffer_bytes(65536);
    stream.read_message_max(size_t{64} << 20);
    stream.set_option(
        websocket::stream_base::timeout{.handshake_timeout = kTestTimeout,
                                        .idle_timeout = websocket::stream_base::none(),
                                        .keep_alive_pings = false});
    stream.control_callback([this](websocket::frame_type kind, beast::string_view payload) {
      if (kind == websocket::frame_type::ping) ++pings;
      if (kind == websocket::frame_type::pong) pong = std::string(payload);
    });
  }

  // Starts an operation and runs until it is done. False: not within `timeout`.
  bool RunUntil(const std::function<bool()>& done, std::chrono::milliseconds timeout) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    context.restart();
    while (!done()) {
      if (context.run_one_until(until) == 0) return done();
    }
    return true;
  }
  // Runs one operation that tells its error.
  template <class Start>
  bool Do(Start start, std::chrono::milliseconds timeout = kTestTimeout) {
    auto result = std::make_shared<std::optional<Error>>();
    start([result](Error error, auto&&...) { *result = error; });
    return RunUntil([&] { return result->has_value(); }, timeout) && !**result;
  }

  void StartRead() {
    if (reading || is_closed) return;
    reading = true;
    stream.async_read(buffer, [this](Error error, size_t) {
      reading = false;
      arrived = !error;
      is_closed = static_cast<bool>(error);
    });
  }

  asio::io_context context;
  websocket::stream<beast::tcp_stream> stream{context};
  websocket::response_type response;
  beast::flat_buffer buffer;
  bool reading = false;  // A read is under way.
  bool arrived = false;  // A message lies in `buffer`.
  bool is_closed = false;
  int pings = 0;
  std::optional<std::string> pong;
};

WsClient::WsClient() : impl_(std::make_unique<Impl>()) {}

WsClient::~WsClient() {
  if (!impl_) return;
  Error error;
  beast::get_lowest_layer(impl_->stream).socket().close(error);
  impl_->context.restart();
  // Lets operations end that point to the rest; a timer of Beast's that is still set does not.
  while (impl_->context.poll() > 0) {
  }
}

WsClient::WsClient(WsClient&&) noexcept = default;
WsClient& WsClient::operator=(WsClient&&) noexcept = default;

void WsClient::Compress(const WsCompression& compression) {
  websocket::permessage_deflate offer;
  offer.client_enable = true;
  offer.server_max_window_bits = compression.server_window_bits;
  offer.client_max_window_bits = compression.client_window_bits;
  offer.server_no_context_takeover = compression.server_no_context_takeover;
  offer.client_no_context_takeover = compression.client_no_context_takeover;
  impl_->stream.set_option(offer);
}

bool WsClient::Connect(const std::string& address, const std::string& target,
                       const std::string& subprotocol) {
  Impl& it = *impl_;
  if (!it.Do([&](auto done) {
        beast::get_lowest_layer(it.stream).async_connect(EndpointOf(address), std::move(done));
      })) {
    return false;
  }
  if (!subprotocol.empty()) {
    it.stream.set_option(
        websocket::stream_base::decorator([subprotocol](websocket::request_type& request) {
          request.set(beast::http::field::sec_websocket_protocol, subprotocol);
        }));
  }
  return it.Do(
      [&](auto done) { it.stream.async_handshake(it.response, address, target, std::move(done)); });
}

unsigned WsClient::status() const {
  return impl_->response.result_int();
}

std::string WsClient::header(std::string_view name) const {
  return std::string(impl_->response[beast::string_view(name.data(), name.size())]);
}

bool WsClient::SendText(std::string_view payload) {
  impl_->stream.text(true);
  return impl_->Do([&](auto done) {
    impl_->stream.async_write(asio::buffer(payload.data(), payload.size()), std::move(done));
  });
}

bool WsClient::SendBinary(std::string_view payload) {
  impl_->stream.binary(true);
  return impl_->Do([&](auto done) {
    impl_->stream.async_write(asio::buffer(payload.data(), payload.size()), std::move(done));
  });
}

std::optional<WsMessage> WsClient::Read(std::chrono::milliseconds timeout) {
  Impl& it = *impl_;
  it.StartRead();
  if (!it.RunUntil([&] { return it.arrived || it.is_closed; }, timeout)) return std::nullopt;
  if (!std::exchange(it.arrived, false)) return std::nullopt;
  WsMessage message{.text = it.stream.got_text(),
                    .payload = beast::buffers_to_string(it.buffer.cdata())};
  it.buffer.clear();
  return message;
}

bool WsClient::ReadUntilClosed(std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (!closed() && std::chrono::steady_clock::now() < until) (void)Read(timeout);
  return closed();
}

bool WsClient::closed() const {
  return impl_->is_closed;
}

uint16_t WsClient::close_code() const {
  return impl_->stream.reason().code;
}

std::string WsClient::close_reason() const {
  return std::string(impl_->stream.reason().reason.c_str());
}

bool WsClient::Ping(std::string_view payload, std::chrono::milliseconds timeout) {
  Impl& it = *impl_;
  it.pong.reset();
  websocket::ping_data data(beast::string_view(payload.data(), payload.size()));
  if (!it.Do([&](auto done) { it.stream.async_ping(data, std::move(done)); }, timeout))
    return false;
  it.StartRead();  // Beast sees pongs only while it reads.
  return it.RunUntil([&] { return it.pong.has_value(); }, timeout) && *it.pong == payload;
}

int WsClient::pings_received() const {
  return impl_->pings;
}

bool WsClient::Close(uint16_t code, std::string_view reason) {
  const websocket::close_reason why(static_cast<websocket::close_code>(code),
                                    beast::string_view(reason.data(), reason.size()));
  Impl& it = *impl_;
  if (!it.reading) return it.Do([&](auto done) { it.stream.async_close(why, std::move(done)); });
  // The read that is under way takes the gateway's Close frame.
  auto sent = std::make_shared<bool>(false);
  it.stream.async_close(why, [sent](Error) { *sent = true; });
  return it.RunUntil([&] { return *sent && it.is_closed; }, kTestTimeout);
}

}  // namespace wsgate
