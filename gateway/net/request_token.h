// Where in an upgrade request a token may stand.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace wsgate {

// A subprotocol that is no subprotocol: what follows is a token. Never selected.
inline constexpr std::string_view kBearerSubprotocol = "wsgate.bearer.";

// auth.token.*
struct TokenPlaces {
  bool header = true;       // `Authorization: Bearer TOKEN`.
  bool subprotocol = true;  // `wsgate.bearer.TOKEN`.
  std::string cookie;       // A cookie's name; empty: none.
  std::string query;        // A query field's name; empty: none.
};

struct FoundToken {
  std::string token;  // The first one.
  size_t count = 0;   // How many there are, in all places that are looked at.
};

[[nodiscard]] FoundToken FindToken(const boost::beast::http::fields& headers,
                                   std::string_view query, const TokenPlaces& places);

}  // namespace wsgate
