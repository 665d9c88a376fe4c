#include "control/connect_answer.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>

#include "control/status.h"
#include "gateway/base/base64.h"
#include "gateway/message/json_text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace wsgate {
namespace {

namespace pb = google::protobuf;

constexpr uint8_t kEndOfStream = 0x02;  // The flag of an envelope.

std::string_view TypeName(const pb::Any& detail) {
  const std::string_view url = detail.type_url();
  return url.substr(url.rfind('/') + 1);  // The whole where there is none: npos + 1 is 0.
}

// The detail as JSON; empty where it is of no type that is known here.
std::string DebugJson(const pb::Any& detail) {
  const pb::Descriptor* const type =
      pb::DescriptorPool::generated_pool()->FindMessageTypeByName(std::string(TypeName(detail)));
  if (type == nullptr) return {};
  const std::unique_ptr<pb::Message> message(
      pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
  std::string json;
  if (!message->ParseFromString(detail.value()) ||
      !pb::util::MessageToJsonString(*message, &json).ok()) {
    return {};
  }
  return json;
}

void AppendDetail(const pb::Any& detail, std::string& out) {
  out += R"({"type":)";
  AppendJsonString(TypeName(detail), out);
  out += R"(,"value":")";
  AppendBase64(detail.value(), out);
  while (out.back() == '=') out.pop_back();
  out += '"';
  if (const std::string debug = DebugJson(detail); !debug.empty()) {
    out += R"(,"debug":)";
    out += debug;
  }
  out += '}';
}

// Whole seconds, as `Retry-After` wants them; 0: the same call fails again.
int RetryAfter(const google::rpc::Status& status) {
  for (const pb::Any& detail : status.details()) {
    google::rpc::RetryInfo retry;
    if (!detail.Is<google::rpc::RetryInfo>() || !detail.UnpackTo(&retry)) continue;
    const pb::Duration& delay = retry.retry_delay();
    return static_cast<int>(delay.seconds()) + (delay.nanos() > 0 ? 1 : 0);
  }
  return 0;
}

google::rpc::Status Unpack(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) details.Clear();
  return details;
}

std::string ErrorJson(const grpc::Status& status, const google::rpc::Status& unpacked) {
  std::string out = R"({"code":)";
  AppendJsonString(ConnectCodeOf(status.error_code()).name, out);
  out += R"(,"message":)";
  AppendJsonString(status.error_message(), out);
  std::string_view separator = R"(,"details":[)";
  for (const pb::Any& detail : unpacked.details()) {
    out += separator;
    AppendDetail(detail, out);
    separator = ",";
  }
  out += unpacked.details().empty() ? "}" : "]}";
  return out;
}

}  // namespace

const ConnectCode& ConnectCodeOf(int grpc_code) {
  const bool known = grpc_code >= 0 && grpc_code < static_cast<int>(kConnectCodes.size());
  return kConnectCodes[known ? grpc_code : grpc::StatusCode::UNKNOWN];
}

std::string ConnectErrorJson(const grpc::Status& status) {
  return ErrorJson(status, Unpack(status));
}

HttpAnswer ConnectError(const grpc::Status& status) {
  const google::rpc::Status unpacked = Unpack(status);
  return {.status = ConnectCodeOf(status.error_code()).http_status,
          .content_type = std::string(kJsonContentType),
          .body = ErrorJson(status, unpacked),
          .retry_after_s = RetryAfter(unpacked)};
}

HttpAnswer ConnectRefusal(Reason reason, std::string_view message) {
  HttpAnswer answer = ConnectError(MakeStatus(reason, message));
  if (reason == Reason::kHttpTooBig) answer.status = 413;
  return answer;
}

HttpAnswer ConnectStreamError(const grpc::Status& status, std::string_view content_type) {
  const std::string end = R"({"error":)" + ConnectErrorJson(status) + "}";
  HttpAnswer answer{.content_type = std::string(content_type)};
  answer.body.push_back(static_cast<char>(kEndOfStream));
  for (int shift = 24; shift >= 0; shift -= 8) {
    answer.body.push_back(static_cast<char>(end.size() >> shift));
  }
  answer.body += end;
  return answer;
}

HttpAnswer HttpText(int status, std::string_view text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::string(text) + "\n"};
}

}  // namespace wsgate
