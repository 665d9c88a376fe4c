#include "gateway/net/refusal.h"

#include <utility>

namespace wsgate {
namespace {

std::string_view PhraseOf(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 408:
      return "Request Timeout";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Service Unavailable";
  }
}

std::string Response(std::string_view status_line, std::string_view type, std::string_view headers,
                     std::string_view body) {
  std::string bytes;
  bytes.reserve(256 + headers.size() + body.size());
  bytes.append("HTTP/1.1 ").append(status_line);
  bytes.append("\r\nServer: wsgate\r\nConnection: close\r\nContent-Type: ").append(type);
  bytes.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n");
  bytes.append("X-Content-Type-Options: nosniff\r\n");
  bytes.append(headers).append("\r\n").append(body);
  return bytes;
}

}  // namespace

Refusal RefuseForNow(unsigned status, RefuseCause cause, std::string text) {
  return {
      .status = status, .cause = cause, .text = std::move(text), .headers = "Retry-After: 1\r\n"};
}

std::string RefusalBytes(const Refusal& refusal) {
  const std::string status =
      std::to_string(refusal.status) + " " + std::string(PhraseOf(refusal.status));
  return Response(status, "text/plain; charset=utf-8", refusal.headers, refusal.text + "\n");
}

std::string PageBytes(std::string_view html) {
  return Response(
      "200 OK", "text/html; charset=utf-8",
      "Cache-Control: no-cache\r\nReferrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\n"
      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; connect-src *; img-src data:; frame-ancestors 'none'\r\n",
      html);
}

std::string SwitchingProtocolsBytes(std::string_view accept_key, Subprotocol subprotocol,
                                    std::string_view extensions) {
  std::string bytes;
  bytes.reserve(192 + extensions.size());
  bytes.append(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ");
  bytes.append(accept_key).append("\r\n");
  if (subprotocol != Subprotocol::kNone) {
    bytes.append("Sec-WebSocket-Protocol: ").append(NameOf(subprotocol)).append("\r\n");
  }
  if (!extensions.empty()) {
    bytes.append("Sec-WebSocket-Extensions: ").append(extensions).append("\r\n");
  }
  bytes.append("\r\n");
  return bytes;
}

}  // namespace wsgate
