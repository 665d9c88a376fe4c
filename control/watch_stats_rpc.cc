#include "control/watch_stats_rpc.h"

#include <grpcpp/alarm.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "control/convert.h"
#include "control/parse.h"
#include "control/status.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using Response = v1::WatchStatsResponse;
using WallClock = std::chrono::system_clock;

// One caller's stream.
// Owner:   itself, until OnDone(); an alarm that is set keeps it as well.
// Threads: On…() and the alarm from gRPC; `mutex_` orders them.
// Bounds:  one response: what falls due while it is being written is shown, as it is then, after
// it.
class StatsStream final : public grpc::ServerWriteReactor<Response>, public OpenStreams::Stream {
 public:
  StatsStream(const Collector& collector, OpenStreams& streams, NodeStats& stats,
              std::atomic<size_t>& open, StreamLease lease)
      : collector_(collector),
        streams_(streams),
        stats_(stats),
        open_(open),
        lease_(std::move(lease)) {
    stats_.RpcStarted(ControlRpc::kWatchStats);
    stats_.rpc_streams.Add();
  }

  void Begin(const std::shared_ptr<StatsStream>& self, const v1::WatchStatsRequest& request) {
    const bool running = streams_.Add(self);
    const bool fits = open_.fetch_add(1, std::memory_order_relaxed) < WatchStatsRpc::kStreamsMax;
    MutexLock lock(mutex_);
    self_ = self;
    if (!running) return End(MakeStatus(Reason::kStopping, "the gateway stops"));
    BadFields bad;
    interval_ = ParseInterval(request, bad);
    if (!bad.empty()) return End(bad.ToStatus());
    if (!fits) {
      return End(MakeStatus(Reason::kWatchersFull, Cat("there are ", WatchStatsRpc::kStreamsMax,
                                                       " WatchStats streams already")));
    }
    due_at_ = WallClock::now();
    Show();
    SetAlarm();
  }

  void OnStop() override {
    MutexLock lock(mutex_);
    End(MakeStatus(Reason::kStopping, "the gateway stops"));
  }

 private:
  static Duration ParseInterval(const v1::WatchStatsRequest& request, BadFields& bad) {
    if (!request.has_interval()) return WatchStatsRpc::kIntervalDefault;
    const std::optional<Duration> interval = ParseDuration(request.interval(), "interval", bad);
    if (!interval) return WatchStatsRpc::kIntervalDefault;
    if (*interval < WatchStatsRpc::kIntervalMin || *interval > WatchStatsRpc::kIntervalMax) {
      bad.Add("interval", "must be from 100 ms to 1 h");
    }
    return *interval;
  }

  void OnAlarm() {
    MutexLock lock(mutex_);
    if (ended_) return;
    due_ = true;
    if (!writing_) Show();
    SetAlarm();
  }
  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    writing_ = false;
    if (!ok) return End(MakeStatus(Reason::kCancelled, "the caller left"));
    if (due_ && !ended_) Show();
  }
  void OnCancel() override {
    MutexLock lock(mutex_);
    End(MakeStatus(Reason::kCancelled, "the caller left"));
  }
  void OnDone() override {
    lease_.Release();
    std::shared_ptr<StatsStream> self;  // Dies after the lock.
    MutexLock lock(mutex_);
    self = std::move(self_);
  }

  void Show() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    due_ = false;
    writing_ = true;
    response_.Clear();
    Fill(collector_.Collect(), *response_.mutable_stats());
    StartWrite(&response_);
  }

  // Keeps the beat; what was missed of it is left out.
  void SetAlarm() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto step = std::chrono::duration_cast<WallClock::duration>(interval_);
    due_at_ = std::max(due_at_ + step, WallClock::now());
    // A new one each time: one that has fired keeps its callback, which keeps the stream.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(due_at_, [self = self_](bool ok) {
      if (ok) self->OnAlarm();
    });
  }

  void End(grpc::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(ended_, true)) return;
    alarm_.reset();  // Its callback runs, and does nothing.
    streams_.Remove(this);
    open_.fetch_sub(1, std::memory_order_relaxed);
    stats_.rpc_streams.Sub();
    stats_.RpcHandled(ControlRpc::kWatchStats, status.error_code());
    Finish(std::move(status));
  }

  const Collector& collector_;
  OpenStreams& streams_;
  NodeStats& stats_;
  std::atomic<size_t>& open_;
  StreamLease lease_;
  Mutex mutex_;
  std::shared_ptr<StatsStream> self_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
  Duration interval_ ABSL_GUARDED_BY(mutex_){0};
  WallClock::time_point due_at_ ABSL_GUARDED_BY(mutex_);
  Response response_ ABSL_GUARDED_BY(mutex_);  // Must stay as it is while `writing_`.
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool due_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

grpc::ServerWriteReactor<Response>* WatchStatsRpc::WatchStats(
    grpc::CallbackServerContext* /*context*/, const v1::WatchStatsRequest* request,
    StreamGrant grant) {
  const auto stream =
      std::make_shared<StatsStream>(collector_, streams_, stats_, open_, std::move(grant.lease));
  stream->Begin(stream, *request);
  return stream.get();
}

}  // namespace wsgate
