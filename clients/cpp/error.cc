#include "clients/cpp/error.h"

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace wsgate::client {
namespace {

constexpr const char* kDetailsUrl = "type.googleapis.com/google.rpc.Status";
constexpr const char* kRpcUrl = "wsgate.client/rpc";
constexpr std::string_view kDomain = "wsgate";

std::string PayloadOf(const absl::Status& status, const char* url) {
  const auto payload = status.GetPayload(url);
  return payload ? std::string(*payload) : std::string();
}

void Read(const google::protobuf::Any& detail, ErrorDetails& details) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest request;
  google::rpc::RetryInfo retry;
  if (detail.UnpackTo(&info)) {
    if (info.domain() != kDomain) return;  // A proxy's reasons are not in our table.
    details.reason = info.reason();
    details.metadata.insert(info.metadata().begin(), info.metadata().end());
  } else if (detail.UnpackTo(&request)) {
    for (const auto& violation : request.field_violations()) {
      details.bad_fields.push_back({violation.field(), violation.description()});
    }
  } else if (detail.UnpackTo(&retry)) {
    details.retry_after = std::chrono::seconds(retry.retry_delay().seconds()) +
                          std::chrono::nanoseconds(retry.retry_delay().nanos());
  }
}

}  // namespace

absl::Status MakeCallError(std::string_view rpc, int code, const std::string& message,
                           const std::string& packed_details) {
  absl::Status status(static_cast<absl::StatusCode>(code), message);
  status.SetPayload(kRpcUrl, absl::Cord(std::string(rpc)));
  if (!packed_details.empty()) status.SetPayload(kDetailsUrl, absl::Cord(packed_details));
  return status;
}

ErrorDetails DetailsOf(const absl::Status& status) {
  ErrorDetails details;
  details.rpc = PayloadOf(status, kRpcUrl);
  google::rpc::Status packed;
  if (!packed.ParseFromString(PayloadOf(status, kDetailsUrl))) return details;
  for (const google::protobuf::Any& detail : packed.details()) Read(detail, details);
  return details;
}

}  // namespace wsgate::client
