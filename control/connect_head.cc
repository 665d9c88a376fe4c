#include "control/connect_head.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/ascii.h"
#include "control/status.h"
#include "gateway/config/strings.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kPrefix = "/wsgate.v1.ControlService/";
constexpr size_t kTimeoutDigitsMax = 10;

const pb::ServiceDescriptor& Service() {
  static const pb::ServiceDescriptor& service =
      *v1::SendToUserRequest::descriptor()->file()->FindServiceByName("ControlService");
  return service;
}

std::string LowerCase(std::string_view text) {
  std::string out(text);
  absl::AsciiStrToLower(&out);
  return out;
}

struct MediaType {
  std::string name;  // In lower case.
  bool utf8 = true;  // No other charset is named.
};

MediaType ReadMediaType(std::string_view text) {
  std::string type = LowerCase(text);
  std::erase_if(type, [](char c) { return c == ' ' || c == '\t' || c == '"'; });
  const size_t end = std::min(type.find(';'), type.size());
  const std::string parameter = type.substr(end);
  type.resize(end);
  return {type, parameter.empty() || parameter == ";" || parameter == ";charset=utf-8"};
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

HttpAnswer RefuseStream(const pb::MethodDescriptor& method, const MediaType& type) {
  const grpc::Status status =
      MakeStatus(Reason::kHttpStreaming,
                 Cat(method.name(), " is a stream, which is served over gRPC on control.address"));
  if (type.name.starts_with("application/connect+")) {
    return ConnectStreamError(status, type.name);
  }
  return ConnectError(status);
}

HttpAnswer Refuse(Reason reason, std::string_view message) {
  return ConnectRefusal(reason, message);
}

// What is wrong with the headers that are Connect's or gRPC's own.
std::optional<HttpAnswer> CheckHeaders(const HttpHead& head) {
  if (head.has_twice) return Refuse(Reason::kHttpUnreadable, "a header stands there twice");
  if (!head.connect_protocol_version.empty() && head.connect_protocol_version != "1") {
    return Refuse(Reason::kHttpUnreadable, "Connect-Protocol-Version must be 1");
  }
  if (!head.content_encoding.empty() && LowerCase(head.content_encoding) != "identity") {
    return Refuse(Reason::kHttpEncoding,
                  "the body is compressed; the one Content-Encoding here is identity");
  }
  // gRPC ends the process over metadata that it cannot send.
  if (!IsPrintable(head.authorization)) {
    return Refuse(Reason::kHttpUnreadable, "Authorization must be printable ASCII");
  }
  return std::nullopt;
}

// nullopt: no whole number of at most ten digits.
std::optional<Duration> ReadTimeout(std::string_view text) {
  const bool digits = std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  if (text.empty() || text.size() > kTimeoutDigitsMax || !digits) return std::nullopt;
  int64_t milliseconds = 0;
  for (const char c : text) milliseconds = milliseconds * 10 + (c - '0');
  return std::chrono::milliseconds(milliseconds);
}

}  // namespace

bool IsControlPath(std::string_view path) {
  return path.starts_with(kPrefix);
}

std::variant<ConnectCall, HttpAnswer> ReadConnectHead(const HttpHead& head) {
  // Browsers put an Origin on every POST, and no program else does. The control port's protection
  // is often that only this network reaches it, but so do the browsers within it, and any page may
  // post to any address. It cannot name this content type without asking first (no header of CORS
  // is ever sent); should some browser let it, this ends it, for a page of this very address
  // (DNS rebinding) too.
  if (head.has_origin) {
    return Refuse(Reason::kHttpPage,
                  "the request has an Origin, and pages may not call the control API");
  }
  const pb::MethodDescriptor* const method =
      IsControlPath(head.path)
          ? Service().FindMethodByName(std::string(head.path.substr(kPrefix.size())))
          : nullptr;
  if (method == nullptr) {
    return HttpText(404, "no such method of wsgate.v1.ControlService");
  }
  if (head.method != "POST") {
    HttpAnswer answer = HttpText(405, "calls are made with POST");
    answer.allow = "POST";
    return answer;
  }
  const MediaType type = ReadMediaType(head.content_type);
  if (method->client_streaming() || method->server_streaming()) return RefuseStream(*method, type);
  if (type.name != kJsonContentType || !type.utf8) {
    HttpAnswer answer = HttpText(415, "Content-Type must be application/json, in UTF-8");
    answer.accept_post = kJsonContentType;
    return answer;
  }
  if (std::optional<HttpAnswer> refusal = CheckHeaders(head)) return *std::move(refusal);
  ConnectCall call{.method = method, .authorization = std::string(head.authorization)};
  if (!head.connect_timeout_ms.empty()) {
    call.timeout = ReadTimeout(head.connect_timeout_ms);
    if (!call.timeout) {
      return Refuse(Reason::kHttpUnreadable,
                    "Connect-Timeout-Ms must be a number of at most ten digits");
    }
  }
  return call;
}

}  // namespace wsgate
