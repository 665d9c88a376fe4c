#include "clients/cli/error_text.h"

#include "clients/cli/human.h"
#include "clients/cpp/error.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

using client::ErrorDetails;

// gRPC tells the road to an error, the error itself last: `... Failed to connect to remote host:
// Connection refused`.
std::string LastCause(const std::string& message) {
  const size_t colon = message.rfind(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

std::string Unreachable(const std::string& message, const std::string& address) {
  const bool broke =
      message.find("connect") == std::string::npos && message.find("DNS") == std::string::npos;
  const std::string cause = message.empty() ? "" : Cat(" (", LastCause(message), ")");
  if (broke) {
    return Cat("the connection to the gateway at ", address, " broke", cause,
               "; whether the call was carried out is not known");
  }
  return Cat("cannot reach the gateway at ", address, cause,
             "; is it running? Name another with --address HOST:PORT or WSGATECTL_ADDRESS");
}

// What the gateway said, with every bad field.
std::string Said(const absl::Status& status, const ErrorDetails& details) {
  if (details.bad_fields.empty()) return MessageOf(status);
  std::string text;
  for (const client::BadField& bad : details.bad_fields) {
    Append(text, text.empty() ? "" : "; ", bad.field, " ", bad.description);
  }
  const auto count = details.metadata.find("badFields");
  if (count == details.metadata.end()) return text;
  const size_t all = ReadNumber<size_t>(count->second).value_or(0);
  if (all > details.bad_fields.size()) {
    Append(text, "; and ", all - details.bad_fields.size(), " more");
  }
  return text;
}

// What else would help, by code.
std::string Advice(const absl::Status& status, const ErrorDetails& details) {
  if (details.retry_after) return Cat("; try again in ", HumanDuration(*details.retry_after));
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
      return "; prove who you are with --token-file FILE";
    case absl::StatusCode::kPermissionDenied:
      return "; use the --token-file of somebody who may";
    case absl::StatusCode::kOutOfRange:
      return "; start anew with --snapshot in place of --after";
    default:
      return "";
  }
}

std::string Refused(const absl::Status& status, const ErrorDetails& details) {
  std::string text = Cat("the gateway refused ", details.rpc);
  if (!details.reason.empty()) Append(text, " (", details.reason, ")");
  const std::string said = Printable(Said(status, details));
  return Cat(text, ": ", said.empty() ? absl::StatusCodeToString(status.code()) : said,
             Advice(status, details));
}

}  // namespace

std::string ErrorText(const absl::Status& status, const std::string& address, Duration timeout) {
  const ErrorDetails details = client::DetailsOf(status);
  if (details.rpc.empty()) return Printable(MessageOf(status));  // Ours, not a call's.
  if (details.reason.empty()) {
    switch (status.code()) {
      case absl::StatusCode::kUnavailable:
        return Unreachable(Printable(MessageOf(status)), address);
      case absl::StatusCode::kDeadlineExceeded:
        return Cat("no answer to ", details.rpc, " from ", address, " within ",
                   HumanDuration(timeout),
                   "; is it a gateway's control port? --timeout TIME waits longer");
      case absl::StatusCode::kUnimplemented:
        return Cat("whoever listens at ", address, " does not offer ", details.rpc,
                   ": the gateway is older than this wsgatectl, or another program has the port");
      default:
        break;
    }
  }
  return Refused(status, details);
}

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnreachable;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNobody;
    default:
      return ExitCode::kRefused;
  }
}

}  // namespace wsgate::cli
