#include "control/status.h"

#include "gateway/config/strings.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace wsgate {
namespace {

constexpr std::string_view kDomain = "wsgate";

google::rpc::Status MakeRpcStatus(const ReasonRow& row, std::string_view message,
                                  const ErrorMetadata& metadata) {
  google::rpc::Status status;
  status.set_code(row.code);
  status.set_message(std::string(message));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(row.name));
  info.set_domain(std::string(kDomain));
  for (const auto& [name, value] : metadata) (*info.mutable_metadata())[name] = value;
  status.add_details()->PackFrom(info);
  if (row.retry.count() > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(row.retry.count() / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(row.retry.count() % 1000) *
                                           1'000'000);
    status.add_details()->PackFrom(retry);
  }
  return status;
}

grpc::Status Pack(const google::rpc::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          status.SerializeAsString()};
}

}  // namespace

grpc::Status MakeStatus(Reason reason, std::string_view message, const ErrorMetadata& metadata) {
  return Pack(MakeRpcStatus(RowOf(reason), message, metadata));
}

grpc::Status MakeFieldStatus(Reason reason, std::string_view field, std::string_view text) {
  google::rpc::Status status =
      MakeRpcStatus(RowOf(reason), Cat(field, " ", text), {{"field", std::string(field)}});
  google::rpc::BadRequest request;
  auto* violation = request.add_field_violations();
  violation->set_field(std::string(field));
  violation->set_description(std::string(text));
  status.add_details()->PackFrom(request);
  return Pack(status);
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  const std::string text(status.message());
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return grpc::Status::OK;
    case absl::StatusCode::kNotFound:
      return MakeStatus(Reason::kSessionNotFound, text);
    case absl::StatusCode::kResourceExhausted:
      return MakeStatus(Reason::kMailboxFull, text);
    case absl::StatusCode::kUnavailable:
      return MakeStatus(Reason::kStopping, text);
    case absl::StatusCode::kCancelled:
      return MakeStatus(Reason::kCancelled, text);
    case absl::StatusCode::kInvalidArgument:
      return MakeStatus(Reason::kBadField, text);
    default:
      return MakeStatus(Reason::kInternal, text);
  }
}

void BadFields::Add(std::string_view field, std::string_view text) {
  ++count_;
  if (fields_.size() == kToldMax || told_bytes_ > kToldBytesMax) return;
  told_bytes_ += field.size() + text.size();
  fields_.emplace_back(field, text);
}

grpc::Status BadFields::ToStatus() const {
  std::string message = Cat(fields_.front().first, " ", fields_.front().second);
  if (count_ > 1) Append(message, " (and ", count_ - 1, " more)");
  google::rpc::Status status =
      MakeRpcStatus(RowOf(Reason::kBadField), message,
                    {{"field", fields_.front().first}, {"badFields", Cat(count_)}});
  google::rpc::BadRequest request;
  for (const auto& [field, text] : fields_) {
    auto* violation = request.add_field_violations();
    violation->set_field(field);
    violation->set_description(text);
  }
  status.add_details()->PackFrom(request);
  return Pack(status);
}

}  // namespace wsgate
