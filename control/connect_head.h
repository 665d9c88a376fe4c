// What a request of the control API over HTTP asks for, by its head alone.
#pragma once

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "control/connect_answer.h"
#include "gateway/base/clock.h"

namespace wsgate {

// The parts of a head that matter. A header that is absent is empty; all views are the caller's.
struct HttpHead {
  std::string_view method;
  std::string_view path;  // Without the query.
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view connect_protocol_version;
  std::string_view connect_timeout_ms;
  std::string_view authorization;
  bool has_origin = false;
  bool has_twice = false;  // Whether one of these headers stands there twice.
};

// A call that may be made as soon as its body is there.
struct ConnectCall {
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string authorization;        // Empty: none.
  std::optional<Duration> timeout;  // As the caller wants it.
  std::string peer;                 // Who calls, ADDRESS:PORT, for the log.
};

// Whether a path is the control API's, whatever stands behind the service.
[[nodiscard]] bool IsControlPath(std::string_view path);

// The call, or why there is none, which needs no body: 404, 405 and 415 with a sentence, so that
// clients of Connect infer the code from the status, everything else as an error of Connect.
[[nodiscard]] std::variant<ConnectCall, HttpAnswer> ReadConnectHead(const HttpHead& head);

}  // namespace wsgate
