#include "control/receive_rpc.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "control/convert.h"
#include "control/status.h"
#include "gateway/base/mutex.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using Request = v1::ReceiveMessagesRequest;
using Response = v1::ReceiveMessagesResponse;

constexpr size_t kGroupNameBytesMax = 64;

bool IsGroupName(std::string_view name) {
  const auto allowed = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  };
  return name.size() <= kGroupNameBytesMax && std::all_of(name.begin(), name.end(), allowed);
}

class ReceiveStream;

// Finds the stream as long as it is there: the hub may wake it after its end. Its lock orders what
// the stream asks of gRPC.
class StreamWake final : public Completion {
 public:
  explicit StreamWake(ReceiveStream* stream) : stream_(stream) {}
  void Run() override;

  Mutex mutex;

 private:
  friend class ReceiveStream;
  ReceiveStream* stream_ ABSL_GUARDED_BY(mutex);
};

// One consumer's stream: reads `start`, then acknowledgements; has one write outstanding at most.
// Owner:   itself, until OnDone().
// Threads: On…() from gRPC, OnWake() from completion threads; the wake's lock orders them.
// Bounds:  one request and one response; the messages are the hub's.
class ReceiveStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  ReceiveStream(grpc::CallbackServerContext& context, MessageHub& hub, NodeStats& stats,
                bool hooked, StreamLease lease)
      : context_(context),
        lease_(std::move(lease)),
        hub_(hub),
        stats_(stats),
        wake_(std::make_shared<StreamWake>(this)) {
    stats_.RpcStarted(ControlRpc::kReceiveMessages);
    stats_.rpc_streams.Add();
    MutexLock lock(wake_->mutex);
    if (hooked) {
      End(MakeStatus(
          Reason::kMessagesHooked,
          "what clients say goes to hooks.on_message.targets; implement OnMessage there, "
          "or leave the setting empty"));
      return;
    }
    member_ = hub_.Attach(wake_);
    if (member_ != nullptr) {
      StartRead(&request_);
    } else if (hub_.stopped()) {
      End(MakeStatus(Reason::kStopping, "the gateway stops"));
    } else {
      End(MakeStatus(Reason::kConsumersFull, Cat("there are ", MessageHub::kStreamsMax,
                                                 " ReceiveMessages streams already")));
    }
  }

  void OnWake() {
    if (hub_.stopped()) return End(MakeStatus(Reason::kStopping, "the gateway stops"));
    WriteNext();
  }

 private:
  void OnReadDone(bool ok) override {
    MutexLock lock(wake_->mutex);
    if (ended_) return;
    if (!ok) {  // The caller acknowledges nothing more: it leaves the group, or has left already.
      return End(context_.IsCancelled() ? MakeStatus(Reason::kCancelled, "the caller left")
                                        : grpc::Status::OK);
    }
    if (std::optional<grpc::Status> bad = Take(request_)) return End(*std::move(bad));
    StartRead(&request_);
    WriteNext();  // An acknowledgement may have opened the window.
  }
  void OnWriteDone(bool ok) override {
    MutexLock lock(wake_->mutex);
    writing_ = false;
    if (!ok) return End(MakeStatus(Reason::kCancelled, "the caller left"));
    WriteNext();
  }
  void OnCancel() override {
    MutexLock lock(wake_->mutex);
    End(MakeStatus(Reason::kCancelled, "the caller left"));
  }
  void OnDone() override {
    lease_.Release();
    {
      MutexLock lock(wake_->mutex);
      wake_->stream_ = nullptr;
    }
    delete this;
  }

  // nullopt: all is well.
  std::optional<grpc::Status> Take(const Request& request) {
    switch (request.request_case()) {
      case Request::kStart:
        if (started_) return MakeFieldStatus(Reason::kStartExpected, "start", "came twice");
        return Join(request.start().group());
      case Request::kAck:
        if (!started_) break;
        if (hub_.Acknowledge(*member_, request.ack().number())) return std::nullopt;
        return MakeFieldStatus(
            Reason::kAckUnknown, "ack.number",
            Cat("is ", request.ack().number(), ", which was not sent on this stream yet"));
      case Request::REQUEST_NOT_SET:
        if (!started_) break;
        return MakeFieldStatus(Reason::kBadField, "request", "needs `ack`");
    }
    return MakeFieldStatus(Reason::kStartExpected, "start", "must be the first message");
  }

  std::optional<grpc::Status> Join(const std::string& group) {
    if (!group.empty() && !IsGroupName(group)) {
      return MakeFieldStatus(Reason::kBadField, "start.group",
                             "must be 1 to 64 bytes of letters, digits, `-`, `_` and `.`");
    }
    const bool joined = group.empty() ? hub_.Start(*member_) : hub_.Start(*member_, group);
    if (!joined) {
      return MakeStatus(Reason::kGroupsFull,
                        Cat("there are ", MessageHub::kGroupsMax, " consumer groups already"));
    }
    started_ = true;
    StartSendInitialMetadata();  // Tells the caller that nothing said from now on passes it by.
    return std::nullopt;
  }

  void WriteNext() {
    if (ended_ || writing_ || !started_) return;
    const std::optional<NumberedMessage> next = hub_.Next(*member_);
    if (!next) return;
    const InboundMessage& message = *next->message;
    response_.set_number(next->number);
    response_.set_session_id(message.session.ToString());
    response_.set_user_id(message.user_id);
    Fill(message.kind, message.payload, *response_.mutable_message());
    Fill(message.received_at_us, *response_.mutable_receive_time());
    writing_ = true;
    StartWrite(&response_);  // It must stay as it is until OnWriteDone().
  }

  void End(grpc::Status status) {
    if (std::exchange(ended_, true)) return;
    if (member_ != nullptr) hub_.Leave(std::exchange(member_, nullptr));
    stats_.rpc_streams.Sub();
    stats_.RpcHandled(ControlRpc::kReceiveMessages, status.error_code());
    Finish(std::move(status));
  }

  grpc::CallbackServerContext& context_;
  StreamLease lease_;
  MessageHub& hub_;
  NodeStats& stats_;
  const std::shared_ptr<StreamWake> wake_;
  // Under the wake's lock.
  MessageHub::Member* member_ = nullptr;  // Null after the end.
  bool started_ = false;
  bool writing_ = false;
  bool ended_ = false;
  Request request_;
  Response response_;
};

void StreamWake::Run() {
  MutexLock lock(mutex);
  if (stream_ != nullptr) stream_->OnWake();
}

}  // namespace

grpc::ServerBidiReactor<Request, Response>* ReceiveRpc::ReceiveMessages(
    grpc::CallbackServerContext* context, StreamGrant grant) {
  return new ReceiveStream(*context, hub_, stats_, hooked_, std::move(grant.lease));
}

}  // namespace wsgate
