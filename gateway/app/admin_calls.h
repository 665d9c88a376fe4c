// Calls of the control API over HTTP, on the admin port.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <optional>
#include <string>

#include "gateway/app/admin_pages.h"
#include "gateway/app/admin_server.h"

namespace wsgate {

using AdminRequestParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

// Flow:    AdminServer, after a head → Answer(): the body → options.call → the answer.
// Owner:   AdminServer.
// Threads: the server's alone; while a call is under way it serves others.
// Bounds:  options.calls_max calls, of which each reads options.body_bytes_max within
//          options.body_timeout; all bodies together hold options.bodies_bytes_max.
class AdminCalls {
 public:
  explicit AdminCalls(const AdminOptions& options) : options_(options) {}

  // Whether Answer() is for this request, by its path.
  [[nodiscard]] bool Takes(std::string_view path) const;

  // The answer to the request whose head is in `parser`; its body is in `buffer` and behind it in
  // `stream`. nullopt: the peer is gone or too slow. Where the body was not read to its end, the
  // answer's keep_alive() is false.
  [[nodiscard]] boost::asio::awaitable<std::optional<AdminResponse>> Answer(
      boost::beast::tcp_stream& stream, boost::beast::flat_buffer& buffer,
      AdminRequestParser& parser);

 private:
  // Bytes of bodies that one call holds, given back when it ends.
  class Lease;
  struct Body;

  [[nodiscard]] boost::asio::awaitable<Body> ReadBody(boost::beast::tcp_stream& stream,
                                                      boost::beast::flat_buffer& buffer,
                                                      AdminRequestParser& parser, Lease& lease);

  const AdminOptions& options_;
  size_t calls_ = 0;
  size_t held_bytes_ = 0;
};

}  // namespace wsgate
