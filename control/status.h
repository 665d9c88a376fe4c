// What a failed call tells its caller: a canonical code and `google.rpc` details, always one
// ErrorInfo.
#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "control/reasons.h"

namespace wsgate {

// ErrorInfo.metadata: lowerCamel names of what the message speaks of.
using ErrorMetadata = std::vector<std::pair<std::string, std::string>>;

// A status with ErrorInfo and, where the reason's row says so, RetryInfo.
[[nodiscard]] grpc::Status MakeStatus(Reason reason, std::string_view message,
                                      const ErrorMetadata& metadata = {});

// The same, with a BadRequest that names `field`; its message is `field` and `text`.
[[nodiscard]] grpc::Status MakeFieldStatus(Reason reason, std::string_view field,
                                           std::string_view text);

// What the router answers: its code chooses the reason.
[[nodiscard]] grpc::Status ToGrpcStatus(const absl::Status& status);

// Everything that is wrong with a request.
// Owner:   the call that parses it.   Threads: one.
// Bounds:  16 fields and 3 KiB are told, the rest is counted: clients refuse trailers above 8 KiB.
class BadFields {
 public:
  // `field` is a path in the request (`filter.metadata`, `user_ids[3]`); `text` says what is
  // allowed and what came, never the value itself, which may be large or secret.
  void Add(std::string_view field, std::string_view text);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] size_t size() const { return count_; }
  // InvalidArgument, BAD_FIELD. Only when not empty.
  [[nodiscard]] grpc::Status ToStatus() const;

 private:
  static constexpr size_t kToldMax = 16;
  static constexpr size_t kToldBytesMax = 3072;

  std::vector<std::pair<std::string, std::string>> fields_;
  size_t count_ = 0;
  size_t told_bytes_ = 0;
};

}  // namespace wsgate
