#include "clients/loadgen/run/refusal.h"

#include "clients/loadgen/run/call_tally.h"

namespace wsgate::loadgen {
namespace {

bool Holds(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// What to look at where the client port ended the first session like this.
std::string ClientAdvice(const RunOptions& options, const std::string& cause) {
  const bool tls = options.access.client_tls != nullptr;
  if (cause.starts_with("HTTP 401")) {
    if (options.access.signer == nullptr) {
      return "; --secret-file or --private-key-file signs a token for each session";
    }
    return "; the tokens were signed by this run: are the key, --issuer and --audience those of "
           "the gateway's auth.jwt? Its log names the cause";
  }
  if (Holds(cause, "mismatch")) {
    return "; it was expected to be " + options.access.client_tls->name() +
           "'s: --client-tls-name names what stands in it";
  }
  if (Holds(cause, "is not believed")) return "; --client-tls-ca names who signs it";
  if (tls && Holds(cause, "TLS")) {
    return "; does this port speak TLS? Without it, leave --client-tls-ca and --client-tls-name "
           "out";
  }
  if (!tls && (Holds(cause, "TLS") || Holds(cause, "closed without a word"))) {
    return "; where it speaks TLS, --client-tls-ca names who signs its certificate";
  }
  return "; is the gateway running, and is this its client port?";
}

// gRPC tells the road to an error, the error itself last: `... Ssl handshake failed: SSL_ERROR_SSL:
// error:0A000086:SSL routines::certificate verify failed`.
std::string CauseOf(const std::string& said) {
  for (const char* const before : {"::", ": "}) {
    const size_t at = said.rfind(before);
    if (at != std::string::npos) return said.substr(at + 2);
  }
  return said;
}

std::string Unreachable(const RunOptions& options, const grpc::Status& status) {
  const std::string& said = status.error_message();
  const std::string why = "no gateway answers on the control address " + options.control_address +
                          (said.empty() ? "" : " (" + CauseOf(said) + ")");
  const bool tls = options.access.control.tls.has_value();
  if (Holds(said, "Connection refused")) return why + ": is it running?";
  if (tls && Holds(said, "is not in peer certificate")) {
    return why + ": --tls-name names what stands in it";
  }
  if (tls && Holds(said, "certificate verify failed")) {
    return why + ": --tls-ca names who signs its certificate";
  }
  if (tls && Holds(said, "wrong version number")) {
    return why + ": does it speak TLS? Without it, leave the --tls flags out";
  }
  if (tls) {
    return why +
           ": does it want a caller's certificate, --tls-cert and --tls-key? Is this not its "
           "client port?";
  }
  return why +
         ": is the gateway running, and is this not its client port? Where it speaks TLS, "
         "--tls-ca names who signs its certificate";
}

}  // namespace

Refusal ClientRefusal(const RunOptions& options, const RunFigures& figures) {
  std::string causes;
  std::string first;
  Refusal refusal{.exit_code = kExitUnreachable, .why = {}};
  const auto add = [&](const std::string& cause) {
    if (first.empty()) first = cause;
    causes += ": " + cause;
  };
  for (const auto& [cause, times] : figures.failures) add(cause);
  for (const auto& [status, times] : figures.refused) {
    const auto said = figures.refusals.find(status);
    const bool any = said != figures.refusals.end() && !said->second.empty();
    add("HTTP " + status + (any ? " " + said->second : ""));
    // The gateway is there, and says no.
    if (status == "401" || status == "403") refusal.exit_code = kExitViolated;
  }
  refusal.why = "no session got in at the client address " + options.client_address + causes +
                ClientAdvice(options, first);
  return refusal;
}

Refusal ControlRefusal(const RunOptions& options, const char* rpc, const grpc::Status& status) {
  const std::string refused = "the gateway at the control address " + options.control_address +
                              " refused " + rpc + ": " + WordsOf(status);
  switch (status.error_code()) {
    case grpc::StatusCode::UNAUTHENTICATED:
      return {.exit_code = kExitViolated,
              .why = refused +
                     "; prove who you are with --token-file FILE, or with --tls-cert and "
                     "--tls-key"};
    case grpc::StatusCode::PERMISSION_DENIED:
      return {.exit_code = kExitViolated,
              .why = refused + "; use the --token-file, or the certificate, of somebody who may"};
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return {.exit_code = kExitUnreachable, .why = Unreachable(options, status)};
    default:
      return {.exit_code = kExitUnreachable,
              .why = "what answers on the control address " + options.control_address +
                     " is no gateway: " + rpc + ": " + WordsOf(status)};
  }
}

}  // namespace wsgate::loadgen
