// wsgatectl check: one message all the way, as a service and a client would see it.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "absl/strings/str_format.h"
#include "clients/cli/commands.h"
#include "clients/cli/flags.h"
#include "clients/cli/human.h"
#include "clients/cli/web_socket.h"
#include "clients/cpp/token.h"
#include "clients/credentials/token_signer.h"
#include "gateway/config/read_file.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

using grpc::health::v1::HealthCheckResponse;

constexpr Duration kPause = std::chrono::milliseconds(100);

struct CheckFlags {
  std::string url = "ws://127.0.0.1:8080/ws";
  std::string certificate_file;
  std::string session_token_file;
  std::string secret_file;
  std::string issuer;
  std::string audience;
};

// Where and as whom the check connects.
struct Entrance {
  WebSocketUrl url;
  std::string user;
  WebSocketOptions options;
};

// A session of the check's own, as its `hello` names it.
struct Opened {
  std::unique_ptr<WebSocket> socket;
  std::string session_id;
  std::string user_id;
};

std::string RandomName() {
  std::random_device random;
  return absl::StrFormat("check-%08x%08x", random(), random());
}

// The object that a frame holds under `name`; null where it holds another.
nlohmann::json Part(const std::string& frame, const std::string& name) {
  const nlohmann::json object = nlohmann::json::parse(frame, nullptr, /*allow_exceptions=*/false);
  return object.is_object() && object.contains(name) ? object[name] : nlohmann::json();
}

// A token of this user, for as long as a check may take.
absl::StatusOr<std::string> SignToken(const CheckFlags& flags, const std::string& user) {
  constexpr Duration kLife = std::chrono::minutes(5);
  client::TokenFlags of_token{.secret_file = flags.secret_file, .issuer = flags.issuer};
  if (!flags.audience.empty()) of_token.audiences = {flags.audience};
  const absl::StatusOr<client::TokenSigner> signer = client::TokenSigner::Make(of_token);
  if (!signer.ok()) return signer.status();
  absl::StatusOr<client::SignedToken> token = signer->Sign(user, kLife);
  if (!token.ok()) return token.status();
  return std::move(token->text);
}

// Errors: InvalidArgument: a flag, which is named, or the file behind it.
absl::StatusOr<Entrance> ReadEntrance(const CheckFlags& flags) {
  absl::StatusOr<WebSocketUrl> url = ParseWebSocketUrl(flags.url);
  if (!url.ok()) return Invalid("--url: ", MessageOf(url.status()));
  Entrance entrance{.url = *std::move(url), .user = RandomName(), .options = {}};
  entrance.options.subprotocol = "wsgate.v1.json";
  std::string& target = entrance.url.target;
  if (target.find("?user=") == std::string::npos && target.find("&user=") == std::string::npos) {
    Append(target, target.find('?') == std::string::npos ? "?" : "&", "user=", entrance.user);
  }
  if (!flags.certificate_file.empty()) {
    if (!entrance.url.tls) return Invalid("--url-certificate goes with a --url of wss://");
    absl::StatusOr<std::string> text = ReadFile(flags.certificate_file);
    if (!text.ok()) return Invalid("--url-certificate: ", MessageOf(text.status()));
    entrance.options.certificate = *std::move(text);
  }
  if (flags.secret_file.empty() && flags.session_token_file.empty()) return entrance;
  if (!flags.secret_file.empty() && !flags.session_token_file.empty()) {
    return Invalid("--secret-file and --session-token-file: give one");
  }
  absl::StatusOr<std::string> token = flags.secret_file.empty()
                                          ? client::ReadTokenFile(flags.session_token_file)
                                          : SignToken(flags, entrance.user);
  if (!token.ok()) return token.status();
  entrance.options.token = *std::move(token);
  return entrance;
}

absl::StatusOr<Opened> Open(const Entrance& entrance, Time deadline) {
  absl::StatusOr<std::unique_ptr<WebSocket>> socket =
      WebSocket::Open(entrance.url, entrance.options, deadline);
  if (!socket.ok()) return socket.status();
  const absl::StatusOr<std::string> frame = (*socket)->Read(deadline);
  if (!frame.ok()) return frame.status();
  const nlohmann::json hello = Part(*frame, "hello");
  if (!hello.is_object()) return absl::InvalidArgumentError("the first frame is no `hello`");
  return Opened{.socket = *std::move(socket),
                .session_id = hello.value("session_id", ""),
                .user_id = hello.value("user_id", "")};
}

// To the user where nobody else can have that name, else to the session alone.
absl::StatusOr<v1::Outcome> Send(client::Client& client, const Opened& opened,
                                 const std::string& user, const std::string& text) {
  if (opened.user_id == user) {
    v1::SendToUserRequest request;
    request.set_user_id(user);
    request.mutable_message()->set_text(text);
    const absl::StatusOr<v1::SendToUserResponse> response = client.SendToUser(request);
    if (!response.ok()) return response.status();
    return response->outcome();
  }
  v1::SendToSessionRequest request;
  request.set_session_id(opened.session_id);
  request.mutable_message()->set_text(text);
  const absl::StatusOr<v1::SendToSessionResponse> response = client.SendToSession(request);
  if (absl::IsNotFound(response.status())) return v1::Outcome();
  if (!response.ok()) return response.status();
  return response->outcome();
}

absl::Status Await(WebSocket& socket, const std::string& text, Time deadline) {
  while (true) {
    const absl::StatusOr<std::string> frame = socket.Read(deadline);
    if (!frame.ok()) return frame.status();
    const nlohmann::json message = Part(*frame, "message");
    if (message.is_object() && message.value("text", "") == text) return absl::OkStatus();
  }
}

// A failure on the side of the clients.
ExitCode Complain(Context& context, const CheckFlags& flags, const absl::Status& status) {
  const bool unreachable = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  return context.Fail(Cat(flags.url, ": ", MessageOf(status)),
                      unreachable ? ExitCode::kUnreachable : ExitCode::kRefused);
}

ExitCode Report(Context& context, const Opened& opened, Duration took) {
  if (context.json()) {
    context.out() << nlohmann::ordered_json{{"session_id", opened.session_id},
                                            {"user_id", opened.user_id},
                                            {"took_us", took / std::chrono::microseconds(1)}}
                         .dump(1, ' ')
                  << "\n";
  } else {
    context.out() << context.paint()(Tone::kGood, "ok") << ": a message to "
                  << (opened.user_id.empty() ? opened.session_id : opened.user_id)
                  << " arrived after " << HumanDuration(took) << "\n";
  }
  return ExitCode::kOk;
}

// Opens sessions until the control port knows one of them: behind a Service of several pods that do
// not know one another, the next connection may lead to the right one.
ExitCode SendThrough(const Entrance& entrance, const CheckFlags& flags, Time deadline,
                     Context& context) {
  const std::string& user = entrance.user;
  const std::string text = Cat("wsgatectl ", user);
  do {
    const absl::StatusOr<Opened> opened = Open(entrance, deadline);
    if (!opened.ok()) return Complain(context, flags, opened.status());
    const Time sent = SteadyNow();
    const absl::StatusOr<v1::Outcome> outcome = Send(context.client(), *opened, user, text);
    if (!outcome.ok()) return context.Fail(outcome.status());
    if (outcome->queued() > 0) {
      const absl::Status arrived = Await(*opened->socket, text, deadline);
      if (!arrived.ok()) return Complain(context, flags, arrived);
      const Duration took = SteadyNow() - sent;
      opened->socket->Close(deadline);
      return Report(context, *opened, took);
    }
    opened->socket->Close(deadline);
    std::this_thread::sleep_for(kPause);
  } while (SteadyNow() < deadline);
  return context.Fail(Cat(context.settings().address, " does not know the session that ", flags.url,
                          " opened: are they the same gateway?"),
                      ExitCode::kNobody);
}

ExitCode RunCheck(const CheckFlags& flags, Context& context) {
  const absl::StatusOr<Entrance> entrance = ReadEntrance(flags);
  if (!entrance.ok()) return context.Usage(MessageOf(entrance.status()));
  const absl::StatusOr<Duration> timeout = ReadTime("--timeout", context.settings().timeout);
  if (!timeout.ok()) return context.Usage(MessageOf(timeout.status()));
  const Time deadline = SteadyNow() + *timeout;
  const absl::StatusOr<HealthCheckResponse> health = context.client().CheckHealth();
  if (!health.ok()) return context.Fail(health.status());
  if (health->status() != HealthCheckResponse::SERVING) {
    return context.Fail(Cat(context.settings().address, " is ",
                            HealthCheckResponse::ServingStatus_Name(health->status())),
                        ExitCode::kRefused);
  }
  return SendThrough(*entrance, flags, deadline, context);
}

}  // namespace

void AddCheck(CommandLine& line) {
  const auto flags = std::make_shared<CheckFlags>();
  CLI::App& app = line.Add(line.root(), "check",
                           "Opens a WebSocket, sends to it and waits until that arrives; exit code "
                           "0 only where all of it worked.");
  AddValue(app, "--url", flags->url, "URL",
           "where clients connect, by default ws://127.0.0.1:8080/ws");
  AddValue(app, "--url-certificate", flags->certificate_file, "FILE",
           "wss; the certificate that must be shown there, in PEM; default: one for the URL's host "
           "that the system's authorities sign");
  AddValue(app, "--secret-file", flags->secret_file, "FILE",
           "auth.mode jwt; signs a token for the session with this secret");
  AddValue(app, "--issuer", flags->issuer, "NAME", "`iss` of that token");
  AddValue(app, "--audience", flags->audience, "NAME", "`aud` of that token");
  AddValue(app, "--session-token-file", flags->session_token_file, "FILE",
           "a file with a token for the session");
  app.footer(
      "Examples\n"
      "  wsgatectl check\n"
      "  wsgatectl check --secret-file secret --token-file control.token\n"
      "  wsgatectl check --address wsgate-control:50051 --url ws://wsgate:8080/ws");
  line.OnRun(app, [flags](Context& context) { return RunCheck(*flags, context); });
}

}  // namespace wsgate::cli
