#include "control/connect_calls.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/client_context.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <utility>

#include "control/http_peer.h"
#include "control/status.h"
#include "gateway/config/strings.h"
#include "gateway/message/json_check.h"

namespace wsgate {
namespace {

namespace pb = google::protobuf;

constexpr size_t kDepthMax = 64;  // protobuf's own reader stops at 100.
constexpr size_t kTextBytesMax = 300;

std::unique_ptr<pb::Message> MakeMessage(const pb::Descriptor* type) {
  return std::unique_ptr<pb::Message>(
      pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// What protobuf says of a document: it repeats parts of it, cut anywhere.
std::string Printable(std::string_view text) {
  std::string out(text.substr(0, kTextBytesMax));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

// What is wrong with the body; empty: `message` is filled.
std::string ReadBody(std::string_view body, pb::Message& message) {
  if (body.empty()) return "the body is empty; a message without fields is {}";
  // protobuf's reader takes much that is no JSON, such as names without quotes.
  if (const std::string wrong = CheckJson(body, kDepthMax); !wrong.empty()) {
    return Cat("the body ", wrong);
  }
  const auto read = pb::util::JsonStringToMessage(body, &message);
  if (read.ok()) return {};
  return Cat("the body is no ", message.GetDescriptor()->name(), ": ",
             Printable({read.message().data(), read.message().size()}));
}

HttpAnswer WriteAnswer(const pb::Message& message) {
  HttpAnswer answer{.content_type = std::string(kJsonContentType)};
  if (pb::util::MessageToJsonString(message, &answer.body).ok()) return answer;
  return ConnectError(MakeStatus(Reason::kInternal, "the answer cannot be written as JSON"));
}

}  // namespace

struct ConnectCalls::Pending {
  ConnectCall call;
  std::string body;
  Done done;
  grpc::ClientContext context;
  std::unique_ptr<pb::Message> request;
  std::unique_ptr<pb::Message> response;
};

ConnectCalls::ConnectCalls(const std::shared_ptr<grpc::Channel>& channel) : stub_(channel) {}

void ConnectCalls::Call(ConnectCall call, std::string body, Done done) {
  auto pending = std::make_unique<Pending>();
  pending->context.set_deadline(
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::min<Duration>(call.timeout.value_or(kTimeoutMax), kTimeoutMax)));
  pending->call = std::move(call);
  pending->body = std::move(body);
  pending->done = std::move(done);
  thread_.Post([this, pending = std::move(pending)]() mutable { Start(std::move(pending)); });
}

void ConnectCalls::Start(std::unique_ptr<Pending> pending) {
  if (stopped_.load(std::memory_order_relaxed)) {
    return pending->done(ConnectRefusal(Reason::kStopping, "the gateway stops"));
  }
  // gRPC may answer a call whose deadline has just passed, as long as it did not look.
  if (pending->context.deadline() <= std::chrono::system_clock::now()) {
    return pending->done(ConnectError({grpc::DEADLINE_EXCEEDED, "Deadline Exceeded"}));
  }
  const pb::MethodDescriptor& method = *pending->call.method;
  pending->request = MakeMessage(method.input_type());
  if (const std::string wrong = ReadBody(pending->body, *pending->request); !wrong.empty()) {
    return pending->done(ConnectRefusal(Reason::kHttpUnreadable, wrong));
  }
  std::string().swap(pending->body);
  pending->response = MakeMessage(method.output_type());
  if (!pending->call.authorization.empty()) {
    pending->context.AddMetadata("authorization", pending->call.authorization);
  }
  pending->context.AddMetadata(std::string(kHttpPeerKey), pending->call.peer);
  Pending* const open = pending.release();  // Until it is answered.
  stub_.UnaryCall(
      &open->context, Cat("/", method.service()->full_name(), "/", method.name()), {},
      open->request.get(), open->response.get(), [this, open](grpc::Status status) {
        // gRPC's thread has other calls to answer.
        thread_.Post([open, status = std::move(status)] {
          const std::unique_ptr<Pending> answered(open);
          answered->done(status.ok() ? WriteAnswer(*answered->response) : ConnectError(status));
        });
      });
}

}  // namespace wsgate
