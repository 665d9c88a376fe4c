#include "control/send_stream_rpc.h"

#include <google/protobuf/arena.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "control/convert.h"
#include "control/parse_send.h"
#include "control/send_answers.h"
#include "control/status.h"

namespace wsgate {
namespace {

using Request = v1::SendStreamRequest;
using Response = v1::SendStreamResponse;

constexpr size_t kResultBytes = 64;  // About what a result takes that names nobody.

size_t AnswerBytes(const Outcome& outcome) {
  size_t bytes = kResultBytes;
  for (const std::string& user : outcome.offline_users) bytes += user.size() + 2;
  return bytes;
}

// Where items are parsed into, one after the other. What an item allocated lies in an arena that is
// emptied now and then: several allocations an item less.
// Bounds:  what kItemsMax items take, or kBytesMax and one item.
class ItemSpace {
 public:
  // Of the item that was read last, until Next().
  [[nodiscard]] Request& item() { return *item_; }

  // Makes room for the next item; `bytes`: what the last one took on the wire.
  void Next(size_t bytes) {
    bytes_ += bytes;
    if (++items_ < kItemsMax && bytes_ < kBytesMax) return;
    items_ = bytes_ = 0;
    arena_.Reset();
    item_ = Arena::CreateMessage<Request>(&arena_);
  }

 private:
  using Arena = google::protobuf::Arena;
  static constexpr size_t kItemsMax = 32;
  static constexpr size_t kBytesMax = 64 * 1024;

  Arena arena_;
  Request* item_ = Arena::CreateMessage<Request>(&arena_);
  size_t items_ = 0;
  size_t bytes_ = 0;
};

// What the stream uses.
struct Tools {
  Router& router;
  const LimitsHolder& limits;
  CompletionQueue& completions;
  OpenStreams& streams;
  NodeStats& stats;
};

// One caller's stream. Items are read one after the other and posted before the next one is read,
// so shards accept them in the stream's order. Answers gather while a write is outstanding; the
// first one after a pause waits for what the completion thread has beside it.
// Owner:   itself, until OnDone() and the last outcome.
// Threads: On…() from gRPC, Run() and outcomes from completion threads; `mutex_` orders them. It is
// not held while an item is posted: a router that has stopped answers at once.
// Bounds:  SendStreamRpc's.
class SendingStream final : public grpc::ServerBidiReactor<Request, Response>,
                            public Completion,
                            public OpenStreams::Stream {
 public:
  SendingStream(grpc::CallbackServerContext& context, const Tools& tools, StreamGrant grant)
      : Completion(Patience::kPatient), context_(context), tools_(tools), grant_(std::move(grant)) {
    tools_.stats.RpcStarted(ControlRpc::kSendStream);
    tools_.stats.rpc_streams.Add();
  }

  void Begin(const std::shared_ptr<SendingStream>& self) {
    const bool open = tools_.streams.Add(self);
    MutexLock lock(mutex_);
    self_ = self;
    if (!open) return End(Stopping());
    reading_ = true;
    StartRead(&space_.item());
  }

  // There are answers to write and nothing else comes from this batch of completions.
  void Run() override {
    MutexLock lock(mutex_);
    flush_posted_ = false;
    WriteNext();
  }

  // What was read is answered first, as far as the caller reads.
  void OnStop() override {
    MutexLock lock(mutex_);
    EndOnceAnswered(Stopping());
  }

 private:
  // An item that was posted and is not answered yet.
  struct Item {
    uint64_t id = 0;
    size_t bytes = 0;
  };

  void OnReadDone(bool ok) override {
    const Time now = SteadyNow();
    const Item item{.id = space_.item().item_id(), .bytes = space_.item().ByteSizeLong()};
    size_t slot = 0;
    {
      MutexLock lock(mutex_);
      if (!ok) return OnNothingRead();
      if (ended_) return;
      if (probing_) return OnUnreadable();
      slot = Take(item);
    }
    Post(slot, now);
    space_.Next(item.bytes);
    MutexLock lock(mutex_);
    reading_ = MayRead();
    if (reading_) StartRead(&space_.item());
  }
  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    writing_ = false;
    if (!ok) return End(MakeStatus(Reason::kCancelled, "the caller left"));
    const SendAnswers::Answered answered = answers_.PopFront();
    unanswered_ -= answered.items;
    unanswered_bytes_ -= answered.bytes;
    WriteNext();
    if (!reading_ && MayRead()) {
      reading_ = true;
      StartRead(&space_.item());
    }
    EndIfAnswered();
  }
  void OnCancel() override {
    MutexLock lock(mutex_);
    End(MakeStatus(Reason::kCancelled, "the caller left"));
  }
  void OnDone() override {
    grant_.lease.Release();
    std::shared_ptr<SendingStream> self;  // Dies after the lock.
    MutexLock lock(mutex_);
    done_ = true;
    if (posted_ == 0) self = std::move(self_);
  }

  // The caller has half-closed, or gRPC could not parse an item and says the same. Another read
  // tells which, unless it was the last item.
  void OnNothingRead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ended_) return;
    if (context_.IsCancelled()) return End(MakeStatus(Reason::kCancelled, "the caller left"));
    if (!std::exchange(probing_, true)) return StartRead(&space_.item());
    reading_ = false;
    EndOnceAnswered(grpc::Status::OK);
  }
  void OnUnreadable() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    reading_ = false;
    EndOnceAnswered(MakeStatus(Reason::kItemUnreadable,
                               "an item cannot be parsed, perhaps for a string that is not UTF-8; "
                               "it and what came behind it was not sent"));
  }

  [[nodiscard]] size_t Take(const Item& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ++unanswered_;
    ++posted_;
    unanswered_bytes_ += item.bytes;
    if (free_.empty()) {
      items_.push_back(item);
      return items_.size() - 1;
    }
    const size_t slot = free_.back();
    free_.pop_back();
    items_[slot] = item;
    return slot;
  }

  // Parses and posts the request.
  void Post(size_t slot, Time now) {
    ParsedSend parsed = ParseSend(space_.item(),
                                  {.bytes_max = tools_.limits.send_bytes_max(),
                                   .incarnation = tools_.router.incarnation(),
                                   .tenant = grant_.tenant},
                                  now);
    if (!parsed.send) return Fail(slot, parsed.status);
    tools_.router.Publish(
        std::move(parsed.send->to), std::move(parsed.send->message),
        [this, slot](absl::StatusOr<Outcome> outcome) {
          if (!outcome.ok()) return Fail(slot, ToGrpcStatus(outcome.status()));
          Answer(slot, AnswerBytes(*outcome),
                 [&](Response::Result& result) { FillAnswer(*outcome, result); });
        },
        Patience::kPatient);
  }

  void Fail(size_t slot, const grpc::Status& status) {
    Answer(slot, kResultBytes + status.error_details().size(), [&](Response::Result& result) {
      result.mutable_error()->ParseFromString(status.error_details());  // A google.rpc.Status.
    });
  }

  template <class FillResult>
  void Answer(size_t slot, size_t answer_bytes, FillResult fill) {
    std::shared_ptr<SendingStream> self;
    {
      MutexLock lock(mutex_);
      const Item item = items_[slot];
      free_.push_back(slot);
      --posted_;
      if (done_ && posted_ == 0) self = std::move(self_);  // It dies here.
      if (ended_) return;
      Response::Result& result = answers_.Add(answer_bytes, item.bytes);
      result.set_item_id(item.id);
      fill(result);
      if (writing_ || flush_posted_) return;
      flush_posted_ = true;
      self = self_;
    }
    CompletionBatch flush{std::move(self)};
    tools_.completions.Post(flush);
  }

  [[nodiscard]] bool MayRead() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !ended_ && !end_ && unanswered_ < SendStreamRpc::kItemsMax &&
           unanswered_bytes_ < SendStreamRpc::kItemBytesMax;
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ended_ || writing_ || answers_.empty()) return;
    writing_ = true;
    StartWrite(&answers_.Front());
  }

  static grpc::Status Stopping() { return MakeStatus(Reason::kStopping, "the gateway stops"); }

  // Nothing more is read; what was read is answered, as far as the caller takes answers.
  void EndOnceAnswered(grpc::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!end_) end_ = std::move(status);
    EndIfAnswered();
  }
  void EndIfAnswered() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (end_ && unanswered_ == 0) End(*end_);
  }

  void End(grpc::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(ended_, true)) return;
    tools_.streams.Remove(this);
    tools_.stats.rpc_streams.Sub();
    tools_.stats.RpcHandled(ControlRpc::kSendStream, status.error_code());
    Finish(std::move(status));
  }

  grpc::CallbackServerContext& context_;
  const Tools tools_;
  StreamGrant grant_;
  ItemSpace space_;  // Of the reading thread alone.
  Mutex mutex_;
  std::shared_ptr<SendingStream> self_ ABSL_GUARDED_BY(mutex_);
  std::vector<Item> items_ ABSL_GUARDED_BY(mutex_);
  std::vector<size_t> free_ ABSL_GUARDED_BY(mutex_);  // Of items_.
  SendAnswers answers_ ABSL_GUARDED_BY(mutex_);
  size_t posted_ ABSL_GUARDED_BY(mutex_) = 0;      // Without an outcome.
  size_t unanswered_ ABSL_GUARDED_BY(mutex_) = 0;  // Those, and the ones whose answer waits.
  size_t unanswered_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool flush_posted_ ABSL_GUARDED_BY(mutex_) = false;
  bool probing_ ABSL_GUARDED_BY(mutex_) = false;             // A read has failed.
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);  // As soon as all is answered.
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;  // gRPC is.
};

}  // namespace

grpc::ServerBidiReactor<Request, Response>* SendStreamRpc::SendStream(
    grpc::CallbackServerContext* context, StreamGrant grant) {
  const auto stream = std::make_shared<SendingStream>(
      *context, Tools{router_, limits_, completions_, streams_, stats_}, std::move(grant));
  stream->Begin(stream);
  return stream.get();
}

}  // namespace wsgate
