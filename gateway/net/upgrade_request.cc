#include "gateway/net/upgrade_request.h"

#include <simdjson.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "gateway/websocket/deflate_offer.h"
#include "gateway/websocket/handshake.h"

namespace wsgate {
namespace {

namespace http = boost::beast::http;
using Request = http::request<http::empty_body>;

std::string_view View(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

Refusal BadRequest(std::string text, unsigned status = 400, std::string headers = "") {
  return {.status = status,
          .cause = RefuseCause::kBadRequest,
          .text = std::move(text),
          .headers = std::move(headers)};
}

bool HasToken(const Request& request, http::field field, std::string_view token) {
  return http::token_list(request[field]).exists({token.data(), token.size()});
}

bool IsSessionPath(std::string_view path) {
  return path == "/ws" || path.starts_with("/ws/");
}

// What a request must not have whatever it is for: bodies and doubled or missing hosts are how
// requests are smuggled.
std::optional<Refusal> CheckMessage(const Request& request) {
  if (request.count(http::field::host) != 1)
    return BadRequest("a request needs exactly one Host header");
  if (request.count(http::field::transfer_encoding) != 0)
    return BadRequest("a request must not have a body");
  if (request.count(http::field::content_length) != 0 &&
      request[http::field::content_length] != "0") {
    return BadRequest("a request must not have a body");
  }
  return std::nullopt;
}

std::optional<Refusal> CheckUpgrade(const Request& request) {
  if (request.version() != 11) return BadRequest("a WebSocket upgrade needs HTTP/1.1");
  if (!HasToken(request, http::field::upgrade, "websocket") ||
      !HasToken(request, http::field::connection, "upgrade")) {
    return BadRequest("this is a WebSocket address: connect to it with a WebSocket client", 426,
                      "Upgrade: websocket\r\n");
  }
  if (View(request[http::field::sec_websocket_version]) != "13") {
    return BadRequest("the WebSocket version must be 13", 426, "Sec-WebSocket-Version: 13\r\n");
  }
  if (request.count(http::field::sec_websocket_key) != 1 ||
      !IsValidKey(View(request[http::field::sec_websocket_key]))) {
    return BadRequest("Sec-WebSocket-Key must be 16 bytes in base64, once");
  }
  return std::nullopt;
}

// What the client offers, in the order of its liking, maybe in several headers.
std::vector<std::string> OfferedSubprotocols(const Request& request) {
  std::vector<std::string> offered;
  const auto [first, last] = request.equal_range(http::field::sec_websocket_protocol);
  for (auto header = first; header != last; ++header) {
    for (const auto& name : http::token_list(header->value())) offered.emplace_back(View(name));
  }
  return offered;
}

// The first of them that we speak. Others are left unanswered, as RFC 6455 has it: the client
// decides whether it goes on without one.
Subprotocol ChooseSubprotocol(const std::vector<std::string>& offered) {
  for (const std::string& name : offered) {
    const Subprotocol subprotocol = SubprotocolNamed(name);
    if (subprotocol != Subprotocol::kNone) return subprotocol;
  }
  return Subprotocol::kNone;
}

// Headers that belong to the handshake, or to the connection alone.
bool IsOfHandshake(std::string_view name) {
  constexpr std::string_view kOwn[] = {"connection", "upgrade", "host"};
  return name.starts_with("sec-websocket-") ||
         std::find(std::begin(kOwn), std::end(kOwn), name) != std::end(kOwn);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = absl::ascii_tolower(c);
  return lower;
}

std::unique_ptr<ConnectQuestion> QuestionOf(const Request& request, const UpgradeRequest& upgrade,
                                            std::string_view query, const PeerAddress& peer) {
  auto question = std::make_unique<ConnectQuestion>(
      ConnectQuestion{.path = upgrade.path,
                      .query = std::string(query),
                      .remote_address = peer.ToString(),
                      .subprotocol = std::string(NameOf(upgrade.subprotocol)),
                      .user_id = upgrade.identity.user_id,
                      .metadata = upgrade.identity.metadata});
  for (const auto& header : request) {
    std::string name = Lower(View(header.name_string()));
    const std::string_view value = View(header.value());
    if (IsOfHandshake(name) || !simdjson::validate_utf8(value.data(), value.size())) continue;
    question->headers.emplace_back(std::move(name), value);
  }
  question->offered_subprotocols = OfferedSubprotocols(request);
  return question;
}

// All headers of the name as one list (RFC 7230 section 3.2.2).
std::string ListOf(const Request& request, http::field field) {
  std::string list;
  const auto range = request.equal_range(field);
  for (auto it = range.first; it != range.second; ++it) {
    list.append(list.empty() ? "" : ",").append(View(it->value()));
  }
  return list;
}

std::optional<Refusal> CheckOrigin(const Request& request, const UpgradeRules& rules) {
  if (rules.origins == nullptr) return std::nullopt;
  const auto refuse = [](std::string text) {
    return Refusal{.status = 403, .cause = RefuseCause::kOrigin, .text = std::move(text)};
  };
  const size_t count = request.count(http::field::origin);
  if (count > 1) return BadRequest("a request has at most one Origin");
  if (count == 0) {
    if (!rules.origin_needed) return std::nullopt;
    return refuse("a request needs an Origin here: origins.missing is `refuse`");
  }
  if (rules.origins->Allows(View(request[http::field::origin]), View(request[http::field::host]))) {
    return std::nullopt;
  }
  return refuse("pages of this origin may not connect: origins.allowed does not name it");
}

// A browser leaves when none of the subprotocols that it offered is selected, and a token never is.
std::optional<Refusal> CheckSubprotocols(const std::vector<std::string>& offered,
                                         Subprotocol chosen) {
  const bool bearer = std::any_of(offered.begin(), offered.end(), [](const std::string& name) {
    return name.starts_with(kBearerSubprotocol);
  });
  if (!bearer || chosen != Subprotocol::kNone) return std::nullopt;
  return BadRequest(
      "wsgate.bearer.TOKEN is never selected: offer wsgate.raw or wsgate.v1.json beside it");
}

RequestDecision DecideUpgrade(const Request& request, std::string_view path, std::string_view query,
                              const PeerAddress& peer, const UpgradeRules& rules) {
  if (auto refusal = CheckUpgrade(request)) return *std::move(refusal);
  if (auto refusal = CheckOrigin(request, rules)) return *std::move(refusal);
  const std::vector<std::string> offered = OfferedSubprotocols(request);
  const Subprotocol subprotocol = ChooseSubprotocol(offered);
  if (auto refusal = CheckSubprotocols(offered, subprotocol)) return *std::move(refusal);
  FoundToken found;
  if (rules.tokens != nullptr) found = FindToken(request, query, *rules.tokens);
  if (found.count > 1) return BadRequest("a request has at most one token");
  absl::StatusOr<Identity> identity =
      rules.believe_query ? IdentityFromQuery(query) : absl::StatusOr<Identity>(Identity{});
  if (!identity.ok()) return BadRequest(std::string(identity.status().message()));
  const std::optional<std::vector<ExtensionOffer>> offers =
      ParseExtensions(ListOf(request, http::field::sec_websocket_extensions));
  if (!offers) return BadRequest("Sec-WebSocket-Extensions is not as RFC 6455 has it");
  std::optional<DeflateAgreement> deflate;
  if (rules.compression) deflate = ChooseDeflate(*offers);
  UpgradeRequest upgrade{.accept_key = AcceptKey(View(request[http::field::sec_websocket_key])),
                         .path = std::string(path),
                         .subprotocol = subprotocol,
                         .deflate_bits = deflate ? deflate->server_bits : uint8_t{0},
                         .extensions = deflate ? std::move(deflate->answer) : "",
                         .identity = *std::move(identity),
                         .token = std::move(found.token),
                         .has_token = found.count != 0};
  if (rules.ask) upgrade.question = QuestionOf(request, upgrade, query, peer);
  return upgrade;
}

}  // namespace

SessionFacts UpgradeRequest::Facts(const PeerAddress& peer) const {
  return SessionFacts({.user_id = identity.user_id,
                       .tenant = identity.tenant,
                       .path = path,
                       .subprotocol = subprotocol,
                       .deflate_bits = deflate_bits,
                       .peer = peer,
                       .metadata = identity.metadata,
                       .limits = identity.limits,
                       .token = identity.token});
}

RequestDecision DecideRequest(std::string_view head, const PeerAddress& peer,
                              const UpgradeRules& rules) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<uint32_t>(head.size()) + 1);
  parser.skip(true);  // The body, if one is announced, is refused below by its headers.
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || !parser.is_header_done()) return BadRequest("this is not an HTTP/1.1 request");
  const Request& request = parser.get();
  if (auto refusal = CheckMessage(request)) return *std::move(refusal);
  const std::string_view target = View(request.target());
  const bool ascii =
      std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!target.starts_with('/') || !ascii)
    return BadRequest("the request's target must be an ASCII path");
  if (request.method() != http::verb::get)
    return BadRequest("only GET is served", 405, "Allow: GET\r\n");
  const size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  if (path == "/") return PageRequest{};
  if (!IsSessionPath(path)) {
    return Refusal{.status = 404,
                   .cause = RefuseCause::kNotFound,
                   .text = "nothing is here: sessions are at /ws and below"};
  }
  return DecideUpgrade(request, path,
                       question == std::string_view::npos ? "" : target.substr(question + 1), peer,
                       rules);
}

}  // namespace wsgate
