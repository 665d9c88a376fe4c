#include "control/watch_sessions_rpc.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "control/convert.h"
#include "control/parse.h"
#include "control/session_match.h"
#include "control/status.h"
#include "control/watch_cursor.h"

namespace wsgate {
namespace {

using Request = v1::WatchSessionsRequest;
using Response = v1::WatchSessionsResponse;

constexpr uint32_t kSnapshotPage = 256;

bool IsMeant(const Response& event, const SessionFilter& filter, const std::string& tenant) {
  if (filter.empty() && tenant.empty()) return true;
  const v1::Session& session =
      event.has_connected() ? event.connected() : event.disconnected().session();
  return session.tenant().starts_with(tenant) && Matches(session, filter);
}

struct Question {
  SessionFilter filter;
  std::optional<WatchCursor> after;
  bool snapshot = false;
};

Question Parse(const Request& request, BadFields& bad) {
  Question question{.filter = ParseFilter(request.filter(), "filter", bad),
                    .after = std::nullopt,
                    .snapshot = request.snapshot()};
  if (request.filter().has_connected_for()) {
    bad.Add("filter.connected_for", "has no meaning here: events are told as they happen");
  }
  if (request.after().empty()) return question;
  question.after = ParseWatchCursor(request.after());
  if (!question.after) bad.Add("after", "is not the `cursor` of a response");
  if (request.snapshot()) bad.Add("after", "cannot go together with `snapshot`");
  return question;
}

// What the stream uses.
struct Tools {
  Router& router;
  WatchHub& hub;
  OpenStreams& streams;
  NodeStats& stats;
};

// One caller's stream: the pages of a snapshot, if it wants one, then what happens.
// Owner:   itself, until OnDone(); the hub while it watches, the router while a page is asked for.
// Threads: On…() from gRPC, OnWake() from the hub's, OnPage() from completion threads; `mutex_`
// orders them. It is not held while a page is asked for: a router that has stopped answers at once.
// Bounds:  a page, a batch of the ring's and one write outstanding.
class SessionWatch final : public grpc::ServerWriteReactor<Response>,
                           public WatchHub::Watcher,
                           public OpenStreams::Stream {
 public:
  SessionWatch(const Tools& tools, StreamGrant grant) : tools_(tools), grant_(std::move(grant)) {
    tools_.stats.RpcStarted(ControlRpc::kWatchSessions);
    tools_.stats.rpc_streams.Add();
  }

  void Begin(const std::shared_ptr<SessionWatch>& self, const Request& request) {
    const bool running = tools_.streams.Add(self);
    bool ask = false;
    {
      MutexLock lock(mutex_);
      self_ = self;
      if (!running) return End(MakeStatus(Reason::kStopping, "the gateway stops"));
      ask = Open(request);
    }
    if (ask) AskForPage();
  }

  void OnWake() override {
    bool ask = false;
    {
      MutexLock lock(mutex_);
      if (ended_) return;
      if (tools_.hub.IsOvertaken(*this)) return EndOvertaken();
      ask = WriteNext();
    }
    if (ask) AskForPage();
  }

  void OnStop() override {
    MutexLock lock(mutex_);
    End(MakeStatus(Reason::kStopping, "the gateway stops"));
  }

 private:
  void OnWriteDone(bool ok) override {
    bool ask = false;
    {
      MutexLock lock(mutex_);
      writing_ = false;
      if (!ok) return End(MakeStatus(Reason::kCancelled, "the caller left"));
      ask = WriteNext();
    }
    if (ask) AskForPage();
  }
  void OnCancel() override {
    MutexLock lock(mutex_);
    End(MakeStatus(Reason::kCancelled, "the caller left"));
  }
  void OnDone() override {
    grant_.lease.Release();
    std::shared_ptr<SessionWatch> self;  // Dies after the lock.
    MutexLock lock(mutex_);
    self = std::move(self_);
  }

  // Whether the first page of a snapshot must be asked for.
  [[nodiscard]] bool Open(const Request& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    BadFields bad;
    Question question = Parse(request, bad);
    if (!bad.empty()) {
      End(bad.ToStatus());
      return false;
    }
    std::optional<uint64_t> after;
    if (question.after) {
      if (question.after->incarnation != tools_.hub.incarnation()) {
        EndGone();
        return false;
      }
      after = question.after->number;
    }
    switch (tools_.hub.Attach(self_, after)) {
      case WatchHub::Attached::kYes:
        break;
      case WatchHub::Attached::kFull:
        End(MakeStatus(Reason::kWatchersFull, "there are as many WatchSessions streams as may be"));
        return false;
      case WatchHub::Attached::kGone:
        EndGone();
        return false;
    }
    began_at_ = tools_.hub.PositionOf(*this);
    filter_ = std::move(question.filter);
    snapshot_ = question.snapshot;
    audience_ = snapshot_ ? ShareAudience(filter_, {.tenant_prefix = grant_.tenant}) : nullptr;
    page_from_ = ListCursor();
    StartSendInitialMetadata();  // Tells the caller that nothing from now on passes it by.
    return WriteNext();
  }

  void AskForPage() {
    ListCursor from;
    AudiencePtr audience;
    std::shared_ptr<SessionWatch> self;
    {
      MutexLock lock(mutex_);
      if (ended_) return;
      from = *page_from_;
      audience = audience_;
      self = self_;
    }
    tools_.router.ListSessions(std::move(audience), kSnapshotPage, from,
                               [self = std::move(self)](absl::StatusOr<SessionList> list) {
                                 self->OnPage(std::move(list));
                               });
  }
  void OnPage(absl::StatusOr<SessionList> list) {
    bool ask = false;
    {
      MutexLock lock(mutex_);
      asked_ = false;
      if (ended_) return;
      if (!list.ok()) return End(ToGrpcStatus(list.status()));
      page_ = std::move(list->sessions);
      page_at_ = 0;
      page_from_ = list->next;
      ask = WriteNext();
    }
    if (ask) AskForPage();
  }

  // Writes what comes next, if anything does. True: a page must be asked for first.
  [[nodiscard]] bool WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ended_ || writing_ || asked_) return false;
    if (!snapshot_) {
      WriteEvent();
      return false;
    }
    if (page_at_ == page_.size() && page_from_) return asked_ = true;
    response_.Clear();
    response_.set_node_id(tools_.hub.node_id());
    const bool more = page_at_ < page_.size();
    if (more) {
      const SessionInfo& session = page_[page_at_++];
      Fill(session, *response_.mutable_connected());
      Fill(session.connected_at_us, *response_.mutable_event_time());
      ++shown_;
    } else {
      snapshot_ = false;
      response_.mutable_snapshot_done()->set_sessions(shown_);
      response_.set_cursor(ToText({.incarnation = tools_.hub.incarnation(), .number = began_at_}));
      response_.set_number(began_at_);
      Fill(WallMicros(), *response_.mutable_event_time());
    }
    Write(response_, more);
    return false;
  }

  void WriteEvent() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    while (!SkipToMatch()) {
      WatchHub::Part part = tools_.hub.Next(*this);
      if (part.kind == WatchHub::Kind::kOvertaken) return EndOvertaken();
      if (part.kind == WatchHub::Kind::kNothing) return;
      batch_ = std::move(part.events);
      batch_at_ = part.at;
    }
    // It stays where it is until OnWriteDone(): the batch is kept until the next event is sought.
    const Response& event = batch_->events[batch_at_++];
    Write(event, SkipToMatch());
  }
  // Whether there is an event in the batch that the filter names; batch_at_ is its place.
  [[nodiscard]] bool SkipToMatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (batch_ == nullptr) return false;
    while (batch_at_ < batch_->events.size() &&
           !IsMeant(batch_->events[batch_at_], filter_, grant_.tenant)) {
      ++batch_at_;
    }
    return batch_at_ < batch_->events.size();
  }

  // `more`: another one follows as soon as this one is taken, so they may leave together.
  void Write(const Response& response, bool more) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    writing_ = true;
    grpc::WriteOptions options;
    if (more) options.set_buffer_hint();
    StartWrite(&response, options);
  }

  void EndOvertaken() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    End(MakeStatus(
        Reason::kWatcherOvertaken,
        "the stream was read too slowly: events that it was not shown are forgotten; ask "
        "again with `snapshot`"));
  }
  void EndGone() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    End(MakeStatus(Reason::kCursorGone,
                   "`after` is of another process, or what came behind it is forgotten; ask again "
                   "with `snapshot`"));
  }
  void End(grpc::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(ended_, true)) return;
    tools_.hub.Detach(*this);
    tools_.streams.Remove(this);
    tools_.stats.rpc_streams.Sub();
    tools_.stats.RpcHandled(ControlRpc::kWatchSessions, status.error_code());
    Finish(std::move(status));
  }

  const Tools tools_;
  StreamGrant grant_;
  Mutex mutex_;
  std::shared_ptr<SessionWatch> self_ ABSL_GUARDED_BY(mutex_);
  SessionFilter filter_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  // What happens.
  ShownEventsPtr batch_ ABSL_GUARDED_BY(mutex_);
  size_t batch_at_ ABSL_GUARDED_BY(mutex_) = 0;
  // The snapshot.
  bool snapshot_ ABSL_GUARDED_BY(mutex_) = false;  // It is wanted and not done.
  bool asked_ ABSL_GUARDED_BY(mutex_) = false;     // A page is on its way.
  uint64_t began_at_ ABSL_GUARDED_BY(mutex_) = 0;  // The newest event when it was asked for.
  uint64_t shown_ ABSL_GUARDED_BY(mutex_) = 0;
  AudiencePtr audience_ ABSL_GUARDED_BY(mutex_);
  std::vector<SessionInfo> page_ ABSL_GUARDED_BY(mutex_);
  size_t page_at_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<ListCursor> page_from_ ABSL_GUARDED_BY(mutex_);  // nullopt: there is no other page.
  Response response_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

grpc::ServerWriteReactor<Response>* WatchSessionsRpc::WatchSessions(
    grpc::CallbackServerContext* /*context*/, const Request* request, StreamGrant grant) {
  const auto stream =
      std::make_shared<SessionWatch>(Tools{router_, hub_, streams_, stats_}, std::move(grant));
  stream->Begin(stream, *request);
  return stream.get();
}

}  // namespace wsgate
