#include "clients/cli/context.h"

#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "clients/cli/error_text.h"
#include "clients/cpp/token.h"
#include "gateway/config/strings.h"
#include "gateway/config/value.h"

namespace wsgate::cli {
namespace {

// gRPC takes a name without a port for one with port 443, and much else for a name.
absl::Status CheckAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  const bool has_host = colon != std::string::npos && colon > 0;
  const auto port = has_host ? ReadNumber<uint16_t>(address.substr(colon + 1)) : std::nullopt;
  if (port.value_or(0) != 0 && address.find('/') == std::string::npos) return absl::OkStatus();
  return Invalid("--address: \"", address,
                 "\" is no address; write HOST:PORT, for example 127.0.0.1:50051");
}

std::string ToJson(const google::protobuf::Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) text = "{}";  // Only a message with an unknown Any cannot be printed.
  return text;
}

}  // namespace

Context::Context(Settings settings, std::ostream& out, std::ostream& err)
    : settings_(std::move(settings)),
      out_(out),
      err_(err),
      paint_(WantsColour(settings_.color, isatty(STDOUT_FILENO) == 1)),
      error_paint_(WantsColour(settings_.color, isatty(STDERR_FILENO) == 1)) {}

absl::Status Context::Connect() {
  if (absl::Status bad = CheckAddress(settings_.address); !bad.ok()) return bad;
  client::ClientOptions options{.address = settings_.address};
  const absl::StatusOr<Duration> timeout = ReadTime("--timeout", settings_.timeout);
  if (!timeout.ok()) return timeout.status();
  if (*timeout <= Duration::zero()) return Invalid("--timeout must be longer than nothing");
  timeout_ = *timeout;
  options.timeout = timeout_;
  if (!settings_.token_file.empty()) {
    absl::StatusOr<std::string> token = client::ReadTokenFile(settings_.token_file);
    if (!token.ok()) return token.status();
    options.token = *std::move(token);
  }
  absl::StatusOr<std::optional<client::TlsOptions>> tls = client::ReadTls(settings_.tls);
  if (!tls.ok()) return tls.status();
  options.tls = *std::move(tls);
  client_ = std::make_unique<client::Client>(std::move(options));
  return absl::OkStatus();
}

void Context::PrintJson(const google::protobuf::Message& message) {
  out_ << ToJson(message, true);
}

void Context::PrintJsonLine(const google::protobuf::Message& message) {
  out_ << ToJson(message, false) << std::endl;
}

void Context::Note(std::string_view text) {
  err_ << error_paint_(Tone::kFaint, Cat("wsgatectl: ", text)) << std::endl;
}

ExitCode Context::Fail(const absl::Status& status) {
  out_.flush();
  PrintError(err_, error_paint_, ErrorText(status, settings_.address, timeout_));
  return ExitCodeOf(status);
}

ExitCode Context::Fail(std::string_view text, ExitCode code) {
  PrintError(err_, error_paint_, text);
  return code;
}

ExitCode Context::Usage(std::string_view text) {
  PrintError(err_, error_paint_, text);
  return ExitCode::kUsage;
}

void PrintError(std::ostream& err, const Paint& paint, std::string_view text) {
  err << paint(Tone::kBad, "wsgatectl:") << " " << text << std::endl;
}

absl::StatusOr<Duration> ReadTime(std::string_view flag, const std::string& text) {
  absl::StatusOr<Duration> time = ParseDuration(text);
  if (!time.ok()) return Invalid(flag, ": ", MessageOf(time.status()));
  return time;
}

}  // namespace wsgate::cli
