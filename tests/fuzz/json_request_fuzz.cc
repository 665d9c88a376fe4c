// JsonRequestParser against a reading of the same frame with nlohmann's parser: both must see the
// same request, or both none. Input: the frame.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "gateway/base/base64.h"
#include "gateway/base/check.h"
#include "gateway/message/json_check.h"
#include "gateway/session/json_request.h"
#include "gateway/websocket/utf8.h"

using Json = nlohmann::json;
using wsgate::JsonError;
using wsgate::JsonRequest;
using wsgate::JsonRequestKind;
using wsgate::PayloadKind;

namespace {

// What the other parser makes of a frame; nullopt: they are known to differ on it.
struct Reading {
  bool good = false;   // It is JSON.
  bool twice = false;  // A field came twice in the object, or in its `message`.
  Json value;
};

std::optional<Reading> Read(std::string_view frame) {
  Reading reading;
  std::set<std::string> names;
  std::set<std::string> inner_names;
  size_t depth_max = 0;
  const auto look = [&](int depth, Json::parse_event_t event, Json& value) {
    depth_max = std::max(depth_max, static_cast<size_t>(depth) + 1);
    if (event == Json::parse_event_t::key && depth <= 2) {
      auto& seen = depth == 1 ? names : inner_names;
      if (!seen.insert(value.get<std::string>()).second) reading.twice = true;
    }
    return true;
  };
  try {
    reading.value = Json::parse(frame, look);
    reading.good = true;
  } catch (const Json::parse_error&) {
    // Half a surrogate pair is a mistake to one, and not always to the other.
    if (frame.find("\\u") != std::string_view::npos) return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;  // A number that it cannot hold.
  }
  // A NUL ends the text for one, and is a mistake to the other.
  if (frame.find('\0') != std::string_view::npos) return std::nullopt;
  // A byte order mark is skipped by one; the levels are counted a little differently.
  if (frame.starts_with("\xef\xbb\xbf")) return std::nullopt;
  if (depth_max + 2 > wsgate::JsonRequestParser::kDepthMax) return std::nullopt;
  return reading;
}

// What every request must hold, whatever the frame.
void CheckAlone(const JsonRequest& request) {
  WSGATE_CHECK(!request.id || *request.id <= wsgate::kJsonIdMax);
  if (request.kind != JsonRequestKind::kMessage) return;
  wsgate::Utf8Checker utf8;
  switch (request.payload_kind) {
    case PayloadKind::kText:
      WSGATE_CHECK(utf8.Push(request.payload) && utf8.complete());
      return;
    case PayloadKind::kJson:
      WSGATE_CHECK(wsgate::CheckJson(request.payload).empty());
      return;
    case PayloadKind::kBinary:
      return;
  }
}

bool IsPayload(const Json& payload, std::string_view name, const JsonRequest& request) {
  if (name == "text") return request.payload == payload.get<std::string>();
  if (name == "json") return Json::parse(request.payload) == payload;
  return wsgate::DecodeBase64(payload.get<std::string>()) == request.payload;
}

void CheckMessage(const Json& message, const JsonRequest& request) {
  constexpr std::string_view kNames[] = {"text", "binary", "json"};
  const auto at = static_cast<size_t>(request.payload_kind);
  for (size_t i = 0; i < std::size(kNames); ++i) {
    WSGATE_CHECK(message.contains(std::string(kNames[i])) == (i == at));
  }
  WSGATE_CHECK(IsPayload(message.at(std::string(kNames[at])), kNames[at], request));
}

void CheckAgainst(const Reading& reading, const JsonRequest& request) {
  const bool bad_json =
      request.kind == JsonRequestKind::kBad && request.error == JsonError::kBadJson;
  WSGATE_CHECK(reading.good == !bad_json);
  if (!reading.good) return;
  const bool no_object =
      request.kind == JsonRequestKind::kBad && request.error == JsonError::kNotAnObject;
  WSGATE_CHECK(reading.value.is_object() == !no_object);
  if (!reading.value.is_object() || reading.twice) return;
  const Json& object = reading.value;
  const auto id = object.find("id");
  if (request.id) WSGATE_CHECK(id != object.end() && *id == *request.id);
  switch (request.kind) {
    case JsonRequestKind::kMessage:
      WSGATE_CHECK(!object.contains("ping") && !object.contains("pong"));
      return CheckMessage(object.at("message"), request);
    case JsonRequestKind::kPing:
      return WSGATE_CHECK(object.at("ping").is_object() && !object.contains("message"));
    case JsonRequestKind::kPong:
      return WSGATE_CHECK(object.at("pong").is_object() && !object.contains("message"));
    case JsonRequestKind::kRefresh: {
      WSGATE_CHECK(!object.contains("message") && !object.contains("ping"));
      if (!request.detail.empty()) return;
      return WSGATE_CHECK(object.at("refresh").at("token") == std::string(request.token));
    }
    case JsonRequestKind::kBad:
      return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static wsgate::JsonRequestParser
      parser;  // As a shard has it: of use for one frame after another.
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  // A text frame is UTF-8 before it comes here.
  wsgate::Utf8Checker utf8;
  if (!utf8.Push(frame) || !utf8.complete()) return 0;
  const JsonRequest request = parser.Parse(frame);
  CheckAlone(request);
  if (const std::optional<Reading> reading = Read(frame)) CheckAgainst(*reading, request);
  return 0;
}
