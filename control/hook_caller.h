// Calls one method of the backends' HookService: bounded, in time, tried again where that is safe.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/client_context.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "control/hook_backends.h"
#include "control/hook_tls.h"
#include "gateway/base/clock.h"
#include "gateway/base/log_gate.h"
#include "gateway/base/mutex.h"
#include "gateway/metrics/node_stats.h"

namespace wsgate {

struct HookSettings {
  Hook hook;
  std::vector<std::string> targets;  // At least one.
  Duration timeout;                  // Of a call, its wait and all its tries together.
  size_t concurrency = 1;            // Calls under way.
  size_t waiting_max = 65'536;       // Calls that wait for their turn.
  bool closed = false;               // What follows a failure: see the hook.
  HookCredentials credentials;       // How backends are called at first.
};

// A call whose backend is lost or out of reach (UNAVAILABLE, or CANCELLED by a server that shuts
// down) goes to the next one, and when all have been tried, after a pause to all of them again,
// until its time is over.
//
// Flow:    a hook → Call() → gRPC → `done`.
// Owner:   its hook; outlives its calls: Stop() waits for them.
// Threads: any; `done` runs once, on a thread of gRPC's, or within Call() or Stop().
// Bounds:  `concurrency` calls under way, `waiting_max` behind them; beyond it kOverload at once.
template <class Request, class Response>
class HookCaller {
 public:
  // `response` means something only where `result` is kOk.
  using Done = absl::AnyInvocable<void(HookResult result, Response& response)>;
  using Method = void (v1::HookService::StubInterface::async_interface::*)(
      grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>);

  HookCaller(HookSettings settings, Method method, NodeStats& stats)
      : settings_(std::move(settings)),
        method_(method),
        stats_(stats),
        backends_(settings_.targets, settings_.credentials) {}
  ~HookCaller() { Stop(); }

  void Call(Request request, Done done);
  // From now on backends are called so; calls under way end as they began.
  void Use(const HookCredentials& credentials) { backends_.Connect(credentials); }
  // Ends every call, and each later one, with kStopped; returns when every `done` has run.
  void Stop();
  // Returns when nothing is under way or waits, or after `longest`.
  void WaitUntilIdle(Duration longest);

 private:
  static constexpr Duration kPause = std::chrono::milliseconds(50);

  struct Pending {
    Request request;
    Done done;
    Time deadline;
    Response response;
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::Alarm> alarm;
    size_t tries = 0;
    size_t backend = 0;  // Of the last try.
  };

  // Why not, if not; then `call` is still the caller's.
  [[nodiscard]] std::optional<HookResult> Enqueue(std::unique_ptr<Pending>& call);
  void Try(Pending* call);
  void OnAnswer(Pending* call, const grpc::Status& status);
  // True: it will be tried again.
  [[nodiscard]] bool TryAgain(Pending* call);
  void Finish(Pending* call, HookResult result);
  void LogFailure(const Pending& call, const grpc::Status& status);
  // The next that waits may go; null: nobody waits, or as many as may are under way.
  [[nodiscard]] Pending* TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ShowWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    stats_.SetHookWaiting(settings_.hook, active_.size() + waiting_.size());
  }

  const HookSettings settings_;
  const Method method_;
  NodeStats& stats_;
  HookBackends backends_;
  Mutex mutex_;
  std::condition_variable idle_;
  LogGate log_gate_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<std::unique_ptr<Pending>> active_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::unique_ptr<Pending>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wsgate
