#include "gateway/session/json_request.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "gateway/base/base64.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

constexpr size_t kNameBytesMax = 64;  // Of an unknown request that an error names.

// What clients will be able to ask for: never a field that is ignored.
constexpr std::array<std::string_view, 5> kLaterRequests = {"subscribe", "unsubscribe", "publish",
                                                            "call", "ack"};

bool IsObject(value field) {
  json_type type{};
  return field.type().get(type) == simdjson::SUCCESS && type == json_type::object;
}

std::string Named(std::string_view name) {
  size_t end = std::min(name.size(), kNameBytesMax);
  while (end < name.size() && end > 0 && (static_cast<uint8_t>(name[end]) & 0xc0) == 0x80) --end;
  return Cat("`", name.substr(0, end), end < name.size() ? "…`" : "`");
}

}  // namespace

// The frame with simdjson's padding behind it, and what is made of it.
struct JsonRequestParser::Memory {
  // Everything that the object says; whether it makes sense is decided when all of it is known.
  struct Found {
    JsonRequest request;
    bool bad_id = false;
    uint32_t requests = 0;
    std::string_view unknown;  // The first field that is neither id nor a request.
    bool has_unknown = false;
  };

  bool TakeFields(object fields, Found& found);
  bool TakeField(std::string_view key, value field, Found& found);
  static void TakeId(value field, Found& found);
  static void TakePing(std::string_view key, value field, JsonRequest& request);
  bool TakeMessage(value field, JsonRequest& request);
  static bool TakeRefresh(value field, JsonRequest& request);
  bool TakePayload(std::string_view key, value field, JsonRequest& request);

  std::string frame;
  std::string binary;
  simdjson::ondemand::parser parser;
};

namespace {

void Refuse(JsonRequest& request, JsonError error, std::string detail = "") {
  request.kind = JsonRequestKind::kBad;
  request.error = error;
  request.detail = std::move(detail);
}

}  // namespace

// The takers return false where simdjson finds fault with what CheckJson() found good.
bool JsonRequestParser::Memory::TakeFields(object fields, Found& found) {
  for (auto entry : fields) {
    std::string_view key;
    value field;
    if (entry.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    if (entry.value().get(field) != simdjson::SUCCESS) return false;
    if (!TakeField(key, field, found)) return false;
  }
  return true;
}

bool JsonRequestParser::Memory::TakeField(std::string_view key, value field, Found& found) {
  if (key == "id") {
    TakeId(field, found);
    return true;
  }
  if (key == "message") {
    ++found.requests;
    return TakeMessage(field, found.request);
  }
  if (key == "ping" || key == "pong") {
    ++found.requests;
    TakePing(key, field, found.request);
    return true;
  }
  if (key == "refresh") {
    ++found.requests;
    return TakeRefresh(field, found.request);
  }
  if (std::find(kLaterRequests.begin(), kLaterRequests.end(), key) != kLaterRequests.end()) {
    ++found.requests;
    Refuse(found.request, JsonError::kRequestUnknown, Named(key));
    return true;
  }
  if (!std::exchange(found.has_unknown, true)) found.unknown = key;
  return true;
}

void JsonRequestParser::Memory::TakeId(value field, Found& found) {
  std::string_view token = field.raw_json_token();
  token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), id);
  const bool whole = error == std::errc() && end == token.data() + token.size();
  found.bad_id = found.bad_id || !whole || id > kJsonIdMax || found.request.id;
  found.request.id = id;
}

void JsonRequestParser::Memory::TakePing(std::string_view key, value field, JsonRequest& request) {
  if (!IsObject(field)) {
    return Refuse(request, JsonError::kBadField, Cat("`", key, "` must be an object"));
  }
  request.kind = key == "ping" ? JsonRequestKind::kPing : JsonRequestKind::kPong;
}

// What is wrong with it is said only where there are tokens: elsewhere the request is unknown.
bool JsonRequestParser::Memory::TakeRefresh(value field, JsonRequest& request) {
  request.kind = JsonRequestKind::kRefresh;
  request.detail = "`refresh` must be an object with one text, `token`";
  if (!IsObject(field)) return true;
  object fields;
  if (field.get_object().get(fields) != simdjson::SUCCESS) return false;
  uint32_t count = 0;
  bool text = true;
  for (auto entry : fields) {
    std::string_view key;
    value token;
    json_type type{};
    if (entry.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    if (entry.value().get(token) != simdjson::SUCCESS) return false;
    if (key != "token") continue;
    ++count;
    if (token.type().get(type) != simdjson::SUCCESS) return false;
    text = text && type == json_type::string;
    if (text && token.get_string().get(request.token) != simdjson::SUCCESS) return false;
  }
  if (count == 1 && text) request.detail.clear();
  return true;
}

bool JsonRequestParser::Memory::TakeMessage(value field, JsonRequest& request) {
  if (!IsObject(field)) {
    Refuse(request, JsonError::kBadField, "`message` must be an object");
    return true;
  }
  object payloads;
  if (field.get_object().get(payloads) != simdjson::SUCCESS) return false;
  request.kind = JsonRequestKind::kMessage;
  uint32_t count = 0;
  for (auto entry : payloads) {
    std::string_view key;
    value payload;
    if (entry.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    if (entry.value().get(payload) != simdjson::SUCCESS) return false;
    if (key != "text" && key != "binary" && key != "json") continue;
    ++count;
    if (!TakePayload(key, payload, request)) return false;
  }
  if (count != 1) {
    Refuse(request, JsonError::kBadField,
           "`message` needs exactly one of `text`, `binary` and `json`");
  }
  return true;
}

bool JsonRequestParser::Memory::TakePayload(std::string_view key, value field,
                                            JsonRequest& request) {
  if (key == "json") {
    request.payload_kind = PayloadKind::kJson;
    return simdjson::to_json_string(field).get(request.payload) == simdjson::SUCCESS;
  }
  json_type type{};
  if (field.type().get(type) != simdjson::SUCCESS) return false;
  if (type != json_type::string) {
    Refuse(request, JsonError::kBadField, Cat("`message.", key, "` must be a string"));
    return true;
  }
  if (field.get_string().get(request.payload) != simdjson::SUCCESS) return false;
  if (key == "text") {
    request.payload_kind = PayloadKind::kText;
    // "\udc00" alone is JSON, but no text.
    if (!simdjson::validate_utf8(request.payload.data(), request.payload.size())) {
      Refuse(request, JsonError::kBadField, "`message.text` has half a surrogate pair");
    }
    return true;
  }
  request.payload_kind = PayloadKind::kBinary;
  std::optional<std::string> bytes = DecodeBase64(request.payload);
  if (!bytes) {
    Refuse(request, JsonError::kBadField, "`message.binary` must be base64, padded");
    return true;
  }
  binary = *std::move(bytes);
  request.payload = binary;
  return true;
}

JsonRequestParser::JsonRequestParser() : memory_(std::make_unique<Memory>()) {}

JsonRequestParser::~JsonRequestParser() = default;

JsonRequest JsonRequestParser::Parse(std::string_view frame) {
  Memory::Found found;
  JsonRequest& request = found.request;
  // Everything of it is checked here: on demand only what is asked for would be.
  if (std::string wrong = CheckJson(frame, kDepthMax); !wrong.empty()) {
    Refuse(request, JsonError::kBadJson, std::move(wrong));
    return request;
  }
  if (memory_->frame.capacity() > kKeptBytes + simdjson::SIMDJSON_PADDING) {
    memory_ = std::make_unique<Memory>();
  }
  memory_->frame.reserve(frame.size() + simdjson::SIMDJSON_PADDING);
  memory_->frame.assign(frame);
  simdjson::ondemand::document document;
  json_type type{};
  bool readable =
      memory_->parser.iterate(memory_->frame.data(), frame.size(), memory_->frame.capacity())
              .get(document) == simdjson::SUCCESS &&
      document.type().get(type) == simdjson::SUCCESS;
  if (readable && type != json_type::object) {
    Refuse(request, JsonError::kNotAnObject);
    return request;
  }
  object fields;
  readable = readable && document.get_object().get(fields) == simdjson::SUCCESS &&
             memory_->TakeFields(fields, found);
  if (!readable) {
    request.id.reset();
    Refuse(request, JsonError::kBadJson, "cannot be read");
  } else if (found.bad_id) {
    request.id.reset();
    Refuse(request, JsonError::kBadId);
  } else if (found.requests > 1) {
    Refuse(request, JsonError::kSeveralRequests);
  } else if (found.requests == 0 && found.has_unknown) {
    Refuse(request, JsonError::kRequestUnknown, Named(found.unknown));
  } else if (found.requests == 0) {
    Refuse(request, JsonError::kNoRequest);
  }
  return request;
}

}  // namespace wsgate
