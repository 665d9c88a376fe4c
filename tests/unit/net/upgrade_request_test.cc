// Each rule of RFC 6455 section 4.2.1 on both sides, and what HTTP smuggles.
#include "gateway/net/upgrade_request.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wsgate {
namespace {

constexpr std::string_view kGood =
    "GET /ws?user=ada HTTP/1.1\r\n"
    "Host: example.org\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n";

// The good request with one text of it replaced, and lines added.
std::string Request(std::string_view from = "", std::string_view to = "",
                    std::string_view more = "") {
  std::string request(kGood);
  if (!from.empty()) request.replace(request.find(from), from.size(), to);
  return request + std::string(more) + "\r\n";
}

// 101, 200, or the status of the refusal.
unsigned StatusOf(const std::string& request) {
  const RequestDecision decision = DecideRequest(request, {}, {});
  if (const auto* refusal = std::get_if<Refusal>(&decision)) return refusal->status;
  return std::holds_alternative<PageRequest>(decision) ? 200 : 101;
}

Refusal RefusalOf(const std::string& request) {
  const RequestDecision decision = DecideRequest(request, {}, {});
  const auto* refusal = std::get_if<Refusal>(&decision);
  return refusal != nullptr ? *refusal : Refusal{.status = 0};
}

TEST(UpgradeRequestTest, TheExampleOfTheRfcIsTaken) {
  const RequestDecision decision = DecideRequest(Request(), {}, {});
  const auto* upgrade = std::get_if<UpgradeRequest>(&decision);
  ASSERT_NE(upgrade, nullptr);
  EXPECT_EQ(upgrade->accept_key, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(upgrade->identity.user_id, "ada");
  EXPECT_EQ(upgrade->path, "/ws");
  EXPECT_EQ(upgrade->subprotocol, Subprotocol::kNone);
}

TEST(UpgradeRequestTest, DeflateIsTakenOnlyWhereItIsOnAndOffered) {
  const auto agreed = [](std::string_view headers, bool compression) {
    const RequestDecision decision =
        DecideRequest(Request("", "", headers), {}, {.compression = compression});
    const auto* upgrade = std::get_if<UpgradeRequest>(&decision);
    if (upgrade == nullptr) return std::string("refused");
    EXPECT_EQ(upgrade->Facts({}).deflate_bits(), upgrade->deflate_bits);
    return std::to_string(upgrade->deflate_bits) + " " + upgrade->extensions;
  };
  constexpr std::string_view kOffer =
      "Sec-WebSocket-Extensions: foo\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n";
  EXPECT_EQ(agreed(kOffer, true),
            "10 permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=10");
  EXPECT_EQ(agreed(kOffer, false), "0 ");
  EXPECT_EQ(agreed("", true), "0 ");
  EXPECT_EQ(agreed("Sec-WebSocket-Extensions: foo\r\n", true), "0 ");
  EXPECT_EQ(agreed("Sec-WebSocket-Extensions: foo bar\r\n", true), "refused");
  EXPECT_EQ(agreed("Sec-WebSocket-Extensions: foo bar\r\n", false), "refused");
}

TEST(UpgradeRequestTest, NamesAndTokensIgnoreCase) {
  EXPECT_EQ(StatusOf(Request("Upgrade: websocket", "uPGRADE: WebSocket")), 101u);
  EXPECT_EQ(StatusOf(Request("Connection: Upgrade", "connection: keep-alive, UPGRADE")), 101u);
  EXPECT_EQ(StatusOf(Request("Upgrade: websocket", "Upgrade: h2c, websocket")), 101u);
}

TEST(UpgradeRequestTest, WhatIsNoUpgradeIsToldWhatToDo) {
  for (const std::string& request :
       {Request("Upgrade: websocket\r\n", ""), Request("Upgrade: websocket", "Upgrade: h2c"),
        Request("Connection: Upgrade\r\n", ""),
        Request("Connection: Upgrade", "Connection: keep-alive")}) {
    EXPECT_EQ(RefusalOf(request).status, 426u) << request;
    EXPECT_EQ(RefusalOf(request).headers, "Upgrade: websocket\r\n");
  }
}

TEST(UpgradeRequestTest, TheVersionIs13) {
  for (const std::string& request :
       {Request("Version: 13", "Version: 8"), Request("Version: 13", "Version: 013"),
        Request("Sec-WebSocket-Version: 13\r\n", "")}) {
    EXPECT_EQ(RefusalOf(request).status, 426u) << request;
    EXPECT_EQ(RefusalOf(request).headers, "Sec-WebSocket-Version: 13\r\n");
  }
}

TEST(UpgradeRequestTest, TheKeyIs16BytesOnce) {
  constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
  EXPECT_EQ(StatusOf(Request("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "")), 400u);
  for (const std::string_view key : {"", "short", "dGhlIHNhbXBsZSBub25jZQ",
                                     "!!hlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZSEhISEh"}) {
    EXPECT_EQ(StatusOf(Request(kKey, key)), 400u) << key;
  }
  EXPECT_EQ(StatusOf(Request("", "", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")), 400u)
      << "twice";
}

TEST(UpgradeRequestTest, OnlyGetOfHttp11) {
  EXPECT_EQ(RefusalOf(Request("GET ", "POST ")).status, 405u);
  EXPECT_EQ(RefusalOf(Request("GET ", "POST ")).headers, "Allow: GET\r\n");
  EXPECT_EQ(StatusOf(Request("GET ", "HEAD ")), 405u);
  EXPECT_EQ(StatusOf(Request("HTTP/1.1", "HTTP/1.0")), 400u);
  EXPECT_EQ(StatusOf(Request("HTTP/1.1", "HTTP/2.0")), 400u);
}

TEST(UpgradeRequestTest, SessionsAreAtWsAndBelow) {
  for (const std::string_view path : {"/ws?", "/ws/?", "/ws/a/b?", "/ws/%20?"}) {
    EXPECT_EQ(StatusOf(Request("/ws?", path)), 101u) << path;
  }
  for (const std::string_view path : {"/wss?", "/WS?", "/w?", "/ws%2F?", "//ws?", "/x/ws?"}) {
    EXPECT_EQ(StatusOf(Request("/ws?", path)), 404u) << path;
  }
  EXPECT_EQ(StatusOf(Request("/ws?user=ada", "/")), 200u);
  EXPECT_EQ(StatusOf(Request("/ws?user=ada", "/?x=1")), 200u);
  EXPECT_EQ(StatusOf(Request("/ws?user=ada", "*")), 400u);
  EXPECT_EQ(StatusOf(Request("/ws?user=ada", "http://example.org/ws")), 400u);
}

TEST(UpgradeRequestTest, TheFirstSubprotocolThatWeSpeakIsTaken) {
  const auto taken = [](std::string_view offer) {
    const RequestDecision decision = DecideRequest(
        Request("", "", "Sec-WebSocket-Protocol: " + std::string(offer) + "\r\n"), {}, {});
    return std::get<UpgradeRequest>(decision).subprotocol;
  };
  EXPECT_EQ(taken("wsgate.raw"), Subprotocol::kRaw);
  EXPECT_EQ(taken("chat, wsgate.raw"), Subprotocol::kRaw);
  EXPECT_EQ(taken("chat"), Subprotocol::kNone);
  EXPECT_EQ(taken("wsgate.raws"), Subprotocol::kNone);
  EXPECT_EQ(taken("wsgate.v1.json"), Subprotocol::kJson);
  EXPECT_EQ(taken("chat, wsgate.v1.json, wsgate.raw"), Subprotocol::kJson);
  EXPECT_EQ(taken("wsgate.raw,wsgate.v1.json"), Subprotocol::kRaw);
  EXPECT_EQ(taken("chat\r\nSec-WebSocket-Protocol: wsgate.v1.json"), Subprotocol::kJson);
  EXPECT_EQ(taken("wsgate.v2.json"), Subprotocol::kNone);
  EXPECT_EQ(taken("WSGATE.V1.JSON"), Subprotocol::kNone) << "a client takes back only its own word";
  EXPECT_EQ(taken(""), Subprotocol::kNone);
}

TEST(UpgradeRequestTest, ABadIdentityIs400AndSaysWhy) {
  EXPECT_EQ(StatusOf(Request("user=ada", "user=")), 400u);
  EXPECT_NE(RefusalOf(Request("user=ada", "user=a&user=b")).text.find("twice"), std::string::npos);
}

TEST(UpgradeRequestTest, NothingIsSmuggled) {
  EXPECT_EQ(StatusOf(Request("Host: example.org\r\n", "")), 400u) << "no Host";
  EXPECT_EQ(StatusOf(Request("", "", "Host: evil.example\r\n")), 400u) << "two Hosts";
  EXPECT_EQ(StatusOf(Request("", "", "Transfer-Encoding: chunked\r\n")), 400u);
  EXPECT_EQ(StatusOf(Request("", "", "Transfer-Encoding: identity\r\n")), 400u);
  EXPECT_EQ(StatusOf(Request("", "", "Content-Length: 5\r\n")), 400u);
  EXPECT_EQ(StatusOf(Request("", "", "Content-Length: 0\r\n")), 101u) << "no body";
  EXPECT_EQ(StatusOf(Request("", "", "Content-Length: 0\r\nContent-Length: 5\r\n")), 400u);
  EXPECT_EQ(StatusOf(Request("", "", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")), 400u);
  EXPECT_EQ(StatusOf(Request("Host: example.org", "Host : example.org")), 400u)
      << "a space before the colon";
  EXPECT_EQ(StatusOf(Request("Upgrade: websocket", "Upgrade: web\r\n socket")), 426u)
      << "a folded line is one value";
  EXPECT_EQ(StatusOf(Request("", "", "X: a\rb\r\n")), 400u);
  EXPECT_EQ(StatusOf(Request("", "", std::string("X: a\0b\r\n", 8))), 400u);
  EXPECT_EQ(StatusOf(Request("/ws?user=ada", "/ws?user=\xc3\xbc")), 400u) << "not ASCII";
  EXPECT_EQ(StatusOf(Request("GET /ws?user=ada HTTP/1.1", "GET /ws?user=ada HTTP/1.1 x")), 400u);
  EXPECT_EQ(StatusOf("\x16\x03\x01\x02\r\n\r\n"), 400u) << "TLS";
  EXPECT_EQ(StatusOf("\r\n\r\n"), 400u);
}

// "TOKEN", "none", or the refusal's status.
std::string TokenOf(const std::string& request, const TokenPlaces& places) {
  const RequestDecision decision = DecideRequest(request, {}, {.tokens = &places});
  if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    return std::to_string(refusal->status);
  }
  const auto& upgrade = std::get<UpgradeRequest>(decision);
  return upgrade.has_token ? upgrade.token : "none";
}

TEST(UpgradeTokenTest, ATokenStandsWhereItMayStand) {
  const TokenPlaces off{.header = false, .subprotocol = false};
  const TokenPlaces all{.cookie = "session", .query = "token"};
  struct Case {
    std::string request;
    TokenPlaces alone;
  };
  const Case kCases[] = {
      {Request("", "", "Authorization: Bearer a.b.c\r\n"), {.subprotocol = false}},
      {Request("", "", "authorization: bEARER  a.b.c\r\n"), {.subprotocol = false}},
      {Request("", "", "Sec-WebSocket-Protocol: wsgate.bearer.a.b.c, wsgate.raw\r\n"),
       {.header = false}},
      {Request("", "", "Cookie: x=1; session=a.b.c; y=2\r\n"),
       {.header = false, .subprotocol = false, .cookie = "session"}},
      {Request("user=ada", "x=1&token=a%2Eb.c"),
       {.header = false, .subprotocol = false, .query = "token"}}};
  for (const Case& one : kCases) {
    EXPECT_EQ(TokenOf(one.request, one.alone), "a.b.c") << one.request;
    EXPECT_EQ(TokenOf(one.request, all), "a.b.c") << one.request;
    EXPECT_EQ(TokenOf(one.request, off), "none") << one.request;
  }
  EXPECT_EQ(TokenOf(Request(), all), "none");
  EXPECT_EQ(TokenOf(Request("", "", "Authorization: Basic YTpi\r\n"), all), "none");
  EXPECT_EQ(TokenOf(Request("", "", "Cookie: sessions=a; xsession=b\r\n"), all), "none");
}

TEST(UpgradeTokenTest, ThereIsAtMostOne) {
  const TokenPlaces all{.cookie = "session", .query = "token"};
  for (const std::string_view more :
       {"Authorization: Bearer a\r\nAuthorization: Bearer a\r\n",
        "Authorization: Bearer a\r\nCookie: session=a\r\n", "Cookie: session=a; session=a\r\n",
        "Sec-WebSocket-Protocol: wsgate.raw, wsgate.bearer.a, wsgate.bearer.b\r\n"}) {
    EXPECT_EQ(TokenOf(Request("", "", more), all), "400") << more;
  }
  EXPECT_EQ(TokenOf(Request("user=ada", "token=a&token=b"), all), "400");
}

TEST(UpgradeTokenTest, ABearerSubprotocolNeedsARealOneBesideIt) {
  const auto with = [](std::string_view offered) {
    return Request("", "", "Sec-WebSocket-Protocol: " + std::string(offered) + "\r\n");
  };
  EXPECT_EQ(StatusOf(with("wsgate.bearer.a.b.c, wsgate.v1.json")), 101u);
  for (const std::string_view alone :
       {"wsgate.bearer.a.b.c", "wsgate.bearer.", "chat, wsgate.bearer.a.b.c"}) {
    const Refusal refusal = RefusalOf(with(alone));
    EXPECT_EQ(refusal.status, 400u) << alone;
    EXPECT_NE(refusal.text.find("wsgate.v1.json"), std::string::npos);
    EXPECT_EQ(refusal.text.find("a.b.c"), std::string::npos) << "no token comes back";
  }
  const RequestDecision decision = DecideRequest(with("wsgate.bearer.a.b.c, wsgate.raw"), {}, {});
  EXPECT_EQ(std::get<UpgradeRequest>(decision).subprotocol, Subprotocol::kRaw);
}

TEST(UpgradeOriginTest, PagesOfOthersAreRefused) {
  const OriginRules own = *OriginRules::Parse("");
  const auto status = [&](std::string_view more, bool needed = false) {
    const RequestDecision decision =
        DecideRequest(Request("", "", more), {}, {.origins = &own, .origin_needed = needed});
    const auto* refusal = std::get_if<Refusal>(&decision);
    return refusal != nullptr ? refusal->status : 101u;
  };
  EXPECT_EQ(status(""), 101u);
  EXPECT_EQ(status("", true), 403u);
  EXPECT_EQ(status("Origin: https://example.org\r\n", true), 101u);
  EXPECT_EQ(status("Origin: https://evil.example\r\n"), 403u);
  EXPECT_EQ(status("Origin: null\r\n"), 403u);
  EXPECT_EQ(status("Origin: https://example.org.evil.example\r\n"), 403u);
  EXPECT_EQ(status("Origin: https://example.org\r\nOrigin: https://evil.example\r\n"), 400u);
}

}  // namespace
}  // namespace wsgate
