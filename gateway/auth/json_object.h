// Reading the JSON of tokens and keys: strict where a lenient reader could be made to see another
// text than the signer did.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

// Whether a name stands twice in the object.
[[nodiscard]] bool HasDuplicateNames(simdjson::dom::object object);

// The member of that name where it is a string; nullopt: there is none, or it is something else.
[[nodiscard]] std::optional<std::string_view> StringIn(simdjson::dom::object object,
                                                       std::string_view name);

// Reads one document after another, with memory that it keeps.
// Flow:    JwtVerifier, ParseJwks() → JsonReader.
// Owner:   who reads.   Threads: its owner's.
// Bounds:  kDepthMax levels; keeps twice the largest document, at most kKeptBytes.
class JsonReader {
 public:
  static constexpr size_t kDepthMax = 16;
  static constexpr size_t kKeptBytes = 64 * 1024;

  // The object that `text` is; nullopt: it is not JSON, or no object. Appends padding to `text`.
  // Valid until the next call, and as long as `text` is.
  [[nodiscard]] std::optional<simdjson::dom::object> ReadObject(std::string& text);

 private:
  simdjson::dom::parser parser_;
};

}  // namespace wsgate
