#include "gateway/net/request_token.h"

#include <boost/beast/http/rfc7230.hpp>
#include <optional>

#include "absl/strings/ascii.h"
#include "gateway/config/strings.h"
#include "gateway/net/query.h"

namespace wsgate {
namespace {

namespace http = boost::beast::http;

std::string_view View(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

void Note(std::string_view token, FoundToken& found) {
  if (found.count++ == 0) found.token = token;
}

// RFC 6750 section 2.1; another scheme is somebody else's affair.
void FindInHeader(const http::fields& headers, FoundToken& found) {
  constexpr std::string_view kScheme = "bearer ";
  const auto [first, last] = headers.equal_range(http::field::authorization);
  for (auto header = first; header != last; ++header) {
    const std::string_view value = View(header->value());
    bool bearer = value.size() > kScheme.size();
    for (size_t i = 0; bearer && i < kScheme.size(); ++i) {
      bearer = absl::ascii_tolower(static_cast<unsigned char>(value[i])) == kScheme[i];
    }
    if (bearer) Note(Strip(value.substr(kScheme.size())), found);
  }
}

void FindInSubprotocols(const http::fields& headers, FoundToken& found) {
  const auto [first, last] = headers.equal_range(http::field::sec_websocket_protocol);
  for (auto header = first; header != last; ++header) {
    for (const auto& offered : http::token_list(header->value())) {
      const std::string_view name = View(offered);
      if (name.starts_with(kBearerSubprotocol)) {
        Note(name.substr(kBearerSubprotocol.size()), found);
      }
    }
  }
}

// RFC 6265 section 4.2.1.
void FindInCookies(const http::fields& headers, std::string_view wanted, FoundToken& found) {
  const auto [first, last] = headers.equal_range(http::field::cookie);
  for (auto header = first; header != last; ++header) {
    for (const std::string& pair : Split(View(header->value()), ';')) {
      const size_t equals = pair.find('=');
      if (equals == std::string::npos) continue;
      const std::string_view text = pair;
      if (Strip(text.substr(0, equals)) == wanted) Note(Strip(text.substr(equals + 1)), found);
    }
  }
}

void FindInQuery(std::string_view query, std::string_view wanted, FoundToken& found) {
  while (!query.empty()) {
    const auto [name, value] = TakeQueryField(query);
    if (DecodeQueryText(name) != wanted) continue;
    Note(DecodeQueryText(value).value_or(""), found);
  }
}

}  // namespace

FoundToken FindToken(const http::fields& headers, std::string_view query,
                     const TokenPlaces& places) {
  FoundToken found;
  if (places.header) FindInHeader(headers, found);
  if (places.subprotocol) FindInSubprotocols(headers, found);
  if (!places.cookie.empty()) FindInCookies(headers, places.cookie, found);
  if (!places.query.empty()) FindInQuery(query, places.query, found);
  return found;
}

}  // namespace wsgate
