// Answers of the control API over HTTP: Connect's unary form (connectrpc.com/docs/protocol).
#pragma once

#include <grpcpp/support/status.h>

#include <array>
#include <string>
#include <string_view>

#include "control/reasons.h"

namespace wsgate {

// What a code of gRPC is called in Connect, and the HTTP status that goes with it.
struct ConnectCode {
  std::string_view name;
  int http_status;
};

// By gRPC's number. OK has no name: it is an answer, not an error.
inline constexpr std::array<ConnectCode, 17> kConnectCodes = {{{"", 200},
                                                               {"canceled", 499},
                                                               {"unknown", 500},
                                                               {"invalid_argument", 400},
                                                               {"deadline_exceeded", 504},
                                                               {"not_found", 404},
                                                               {"already_exists", 409},
                                                               {"permission_denied", 403},
                                                               {"resource_exhausted", 429},
                                                               {"failed_precondition", 400},
                                                               {"aborted", 409},
                                                               {"out_of_range", 400},
                                                               {"unimplemented", 501},
                                                               {"internal", 500},
                                                               {"unavailable", 503},
                                                               {"data_loss", 500},
                                                               {"unauthenticated", 401}}};

// A number that gRPC does not have is `unknown`.
[[nodiscard]] const ConnectCode& ConnectCodeOf(int grpc_code);

// An HTTP answer, without what HTTP itself adds.
struct HttpAnswer {
  int status = 200;
  std::string content_type;
  std::string body;
  std::string allow;        // The header `Allow`, of a 405.
  std::string accept_post;  // The header `Accept-Post`, of a 415.
  int retry_after_s = 0;    // The header `Retry-After`; 0: none.
};

inline constexpr std::string_view kJsonContentType = "application/json";

// `{"code":"invalid_argument","message":"…","details":[…]}`. Each detail has the name of its type,
// its bytes in base64 without padding and, for people, the same as JSON.
[[nodiscard]] std::string ConnectErrorJson(const grpc::Status& status);

// The answer to a call that failed; `status` must not be OK.
[[nodiscard]] HttpAnswer ConnectError(const grpc::Status& status);

// The same of a call that never became one of gRPC. A body that is too big is 413, what the code's
// own 429 would hide: trying again does not help.
[[nodiscard]] HttpAnswer ConnectRefusal(Reason reason, std::string_view message);

// A call that failed, for clients of a streaming RPC: they look for the error in the last envelope
// of an answer with status 200. `content_type` is the request's.
[[nodiscard]] HttpAnswer ConnectStreamError(const grpc::Status& status,
                                            std::string_view content_type);

// A sentence, for what is no call at all.
[[nodiscard]] HttpAnswer HttpText(int status, std::string_view text);

}  // namespace wsgate
