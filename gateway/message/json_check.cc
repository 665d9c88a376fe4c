#include "gateway/message/json_check.h"

#include <simdjson.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

simdjson::error_code Parse(std::string_view text, size_t depth_max) {
  simdjson::dom::parser parser;
  // simdjson counts the document itself as a level.
  if (const simdjson::error_code error = parser.allocate(text.size(), depth_max + 1)) {
    return error;
  }
  return parser.parse(text.data(), text.size()).error();
}

size_t SkipDigits(std::string_view text, size_t at) {
  while (at < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

// Where the number that begins at `at` ends; `at` where none does (RFC 8259 section 6).
size_t EndOfNumber(std::string_view text, size_t at) {
  const size_t start = at;
  if (text[at] == '-') ++at;
  const size_t whole = at;
  at = SkipDigits(text, at);
  if (at == whole || (text[whole] == '0' && at != whole + 1)) return start;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction = at + 1;
    at = SkipDigits(text, fraction);
    if (at == fraction) return start;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    at = SkipDigits(text, exponent);
    if (at == exponent) return start;
  }
  return at;
}

// What cannot stand within a number ends it.
size_t EndOfToken(std::string_view text, size_t at) {
  return std::min(text.find_first_of(",:]}[{\" \t\r\n", at), text.size());
}

// The same document with every well-formed number replaced by 0.
std::string WithoutNumbers(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (!in_string && (c == '-' || absl::ascii_isdigit(static_cast<unsigned char>(c)))) {
      const size_t end = EndOfToken(text, at);
      out += EndOfNumber(text, at) == end ? "0" : text.substr(at, end - at);
      at = end;
      continue;
    }
    if (c == '"') in_string = !in_string;
    out.push_back(c);
    ++at;
    if (in_string && c == '\\' && at < text.size()) out.push_back(text[at++]);
  }
  return out;
}

}  // namespace

std::string CheckJson(std::string_view text, size_t depth_max) {
  simdjson::error_code error = Parse(text, depth_max);
  // Integers above 2^64 and floats above 1.8e308 are JSON too, only not to simdjson.
  if (error == simdjson::NUMBER_ERROR) error = Parse(WithoutNumbers(text), depth_max);
  if (error == simdjson::SUCCESS) return {};
  if (error == simdjson::DEPTH_ERROR) {
    return Cat("is JSON nested deeper than ", depth_max);
  }
  return Cat("is not JSON: ", simdjson::error_message(error));
}

}  // namespace wsgate
