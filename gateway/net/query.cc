#include "gateway/net/query.h"

#include <simdjson.h>

#include <algorithm>

namespace wsgate {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> DecodeQueryText(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  if (!simdjson::validate_utf8(decoded.data(), decoded.size())) return std::nullopt;
  return decoded;
}

std::pair<std::string_view, std::string_view> TakeQueryField(std::string_view& query) {
  const std::string_view field = query.substr(0, query.find('&'));
  query.remove_prefix(std::min(query.size(), field.size() + 1));
  const size_t equals = field.find('=');
  return {field.substr(0, equals),
          equals == std::string_view::npos ? "" : field.substr(equals + 1)};
}

}  // namespace wsgate
