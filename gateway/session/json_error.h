// Why a request of wsgate.v1.json failed: the table of docs/protocol.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wsgate {

enum class JsonError : uint8_t {
  kBadJson,          // Not JSON, or nested too deep.
  kNotText,          // A binary frame.
  kNotAnObject,      // JSON, but no object.
  kBadId,            // `id` is no whole number from 0 to 2^53, or came twice.
  kNoRequest,        // No field names a request.
  kSeveralRequests,  // More than one does.
  kRequestUnknown,   // A request that this gateway does not know.
  kBadField,         // What the request holds is wrong.
  kNoConsumer,       // No service receives messages.
  kConsumerFull,     // The service that does is behind.
  kBackendFull,      // Too much waits for the backends that hear messages.
  kBadToken,         // Of `refresh`: it is not good.
  kKeysUnavailable,  // Of `refresh`: the keys to check it with are not there.
};

struct JsonErrorRow {
  JsonError error;
  std::string_view code;    // As gRPC names it.
  std::string_view reason;  // UPPER_SNAKE; clients decide by it.
  std::string_view text;    // For people; what is particular follows behind it.
};

inline constexpr std::array<JsonErrorRow, 13> kJsonErrors = {{
    {JsonError::kBadJson, "INVALID_ARGUMENT", "BAD_JSON", "the frame "},
    {JsonError::kNotText, "INVALID_ARGUMENT", "NOT_TEXT",
     "requests come in text frames; send bytes as a message's `binary`"},
    {JsonError::kNotAnObject, "INVALID_ARGUMENT", "NOT_AN_OBJECT", "a frame holds one object"},
    {JsonError::kBadId, "INVALID_ARGUMENT", "BAD_ID",
     "`id` must be one whole number from 0 to 2^53"},
    {JsonError::kNoRequest, "INVALID_ARGUMENT", "NO_REQUEST", "the object names no request"},
    {JsonError::kSeveralRequests, "INVALID_ARGUMENT", "SEVERAL_REQUESTS",
     "a frame holds one request"},
    {JsonError::kRequestUnknown, "UNIMPLEMENTED", "REQUEST_UNKNOWN",
     "this gateway does not know the request "},
    {JsonError::kBadField, "INVALID_ARGUMENT", "BAD_FIELD", ""},
    {JsonError::kNoConsumer, "UNAVAILABLE", "NO_CONSUMER", "no service receives messages now"},
    {JsonError::kConsumerFull, "UNAVAILABLE", "CONSUMER_FULL",
     "the service that receives messages is behind"},
    {JsonError::kBackendFull, "UNAVAILABLE", "BACKEND_FULL",
     "the services that hear messages are behind"},
    {JsonError::kBadToken, "UNAUTHENTICATED", "TOKEN_REFUSED",
     "the token is not good; the session ends when its last one does"},
    {JsonError::kKeysUnavailable, "UNAVAILABLE", "KEYS_UNAVAILABLE",
     "the token cannot be checked now"},
}};

constexpr const JsonErrorRow& RowOf(JsonError error) {
  return kJsonErrors[static_cast<size_t>(error)];
}

static_assert(
    [] {
      for (size_t i = 0; i < kJsonErrors.size(); ++i) {
        if (static_cast<size_t>(kJsonErrors[i].error) != i) return false;
      }
      return true;
    }(),
    "rows stand in the order of the enum");

}  // namespace wsgate
