#include "tests/fuzz/beast_reader.h"

#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/zlib/error.hpp>
#include <string>

#include "gateway/base/check.h"

namespace wsgate::testing {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
namespace zlib = beast::zlib;
using Error = beast::error_code;

http::request<http::empty_body> UpgradeRequest(bool deflate) {
  http::request<http::empty_body> request{http::verb::get, "/", 11};
  request.set(http::field::host, "test");
  request.set(http::field::upgrade, "websocket");
  request.set(http::field::connection, "upgrade");
  request.set(http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  request.set(http::field::sec_websocket_version, "13");
  if (deflate) {
    request.set(http::field::sec_websocket_extensions,
                "permessage-deflate; client_no_context_takeover");
  }
  return request;
}

CloseReason ReasonOf(Error error) {
  if (error == websocket::error::message_too_big) return CloseReason::kMessageTooBig;
  if (error == websocket::error::bad_frame_payload) return CloseReason::kInvalidUtf8;
  static const auto& zlib_category = Error(zlib::error::general).category();
  return error.category() == zlib_category ? CloseReason::kInvalidDeflate
                                           : CloseReason::kProtocolError;
}

// Nothing more came, which ends no session of ours.
bool IsEnd(Error error) {
  return error == boost::asio::error::eof || error == beast::test::error::test_failure ||
         error == boost::asio::error::connection_reset;
}

}  // namespace

BeastSaw BeastRead(std::string_view stream, uint64_t message_bytes_max, bool deflate) {
  BeastSaw saw;
  boost::asio::io_context context;
  websocket::stream<beast::test::stream> server(context);
  beast::test::stream peer(context);
  server.next_layer().connect(peer);
  websocket::permessage_deflate option;
  option.server_enable = deflate;
  option.client_no_context_takeover = true;
  server.set_option(option);
  server.read_message_max(message_bytes_max);
  server.control_callback([&](websocket::frame_type kind, beast::string_view payload) {
    if (kind == websocket::frame_type::close) return;
    const bool ping = kind == websocket::frame_type::ping;
    saw.events.push_back({.kind = ping ? ReadEventKind::kPing : ReadEventKind::kPong,
                          .payload = std::string(payload)});
  });
  Error error;
  server.accept(UpgradeRequest(deflate), error);
  WSGATE_CHECK(!error);
  server.next_layer().append(beast::string_view(stream.data(), stream.size()));
  peer.close();
  for (;;) {
    beast::flat_buffer buffer;
    server.read(buffer, error);
    if (error) break;
    saw.events.push_back(
        {.kind = ReadEventKind::kMessage,
         .payload_kind = server.got_text() ? PayloadKind::kText : PayloadKind::kBinary,
         .payload = beast::buffers_to_string(buffer.cdata())});
  }
  if (error == websocket::error::closed) {
    const websocket::close_reason& why = server.reason();
    const uint16_t code = why.code == websocket::close_code::none ? 0 : why.code;
    saw.events.push_back({.kind = ReadEventKind::kClose,
                          .payload = std::string(why.reason.data(), why.reason.size()),
                          .close_code = code});
  } else if (!IsEnd(error)) {
    saw.events.push_back({.kind = ReadEventKind::kError, .error = ReasonOf(error)});
    saw.stopped_at_final_block = error == zlib::error::end_of_stream;
  }
  return saw;
}

}  // namespace wsgate::testing
