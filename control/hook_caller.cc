#include "control/hook_caller.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <mutex>
#include <optional>

namespace wsgate {
namespace {

std::chrono::system_clock::time_point OnTheWall(Time time) {
  return std::chrono::system_clock::now() +
         std::chrono::duration_cast<std::chrono::system_clock::duration>(time - SteadyNow());
}

HookResult ResultOf(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return HookResult::kOk;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return HookResult::kTimeout;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::CANCELLED:
      return HookResult::kUnavailable;
    default:
      return HookResult::kError;
  }
}

}  // namespace

template <class Request, class Response>
void HookCaller<Request, Response>::Call(Request request, Done done) {
  auto pending = std::make_unique<Pending>(Pending{.request = std::move(request),
                                                   .done = std::move(done),
                                                   .deadline = SteadyNow() + settings_.timeout});
  if (const std::optional<HookResult> refusal = Enqueue(pending)) {
    stats_.HookCalled(settings_.hook, *refusal);
    return pending->done(*refusal, pending->response);
  }
  Pending* start = nullptr;
  {
    MutexLock lock(mutex_);
    start = TakeNext();
    ShowWaiting();
  }
  if (start != nullptr) Try(start);
}

template <class Request, class Response>
std::optional<HookResult> HookCaller<Request, Response>::Enqueue(std::unique_ptr<Pending>& call) {
  MutexLock lock(mutex_);
  if (stopped_) return HookResult::kStopped;
  if (active_.size() >= settings_.concurrency && waiting_.size() >= settings_.waiting_max) {
    return HookResult::kOverload;
  }
  waiting_.push_back(std::move(call));
  return std::nullopt;
}

template <class Request, class Response>
typename HookCaller<Request, Response>::Pending* HookCaller<Request, Response>::TakeNext() {
  if (waiting_.empty() || active_.size() >= settings_.concurrency) return nullptr;
  Pending* const next = waiting_.front().get();
  active_.insert(std::move(waiting_.front()));
  waiting_.pop_front();
  return next;
}

template <class Request, class Response>
void HookCaller<Request, Response>::Try(Pending* call) {
  const Time now = SteadyNow();
  bool stopped = false;
  {
    // Stop() either sees this context or is seen here.
    MutexLock lock(mutex_);
    stopped = stopped_;
    if (!stopped && now < call->deadline) {
      call->alarm.reset();
      call->context = std::make_unique<grpc::ClientContext>();
    }
  }
  if (stopped) return Finish(call, HookResult::kStopped);
  if (now >= call->deadline) return Finish(call, HookResult::kTimeout);  // Its turn came too late.
  call->context->set_deadline(OnTheWall(call->deadline));
  call->response.Clear();
  const HookBackends::Choice choice = backends_.Next(now);
  call->backend = choice.backend;
  if (call->tries++ != 0) stats_.HookRetried(settings_.hook);
  (choice.stub->async()->*method_)(
      call->context.get(), &call->request, &call->response,
      [this, call](const grpc::Status& status) { OnAnswer(call, status); });
}

template <class Request, class Response>
void HookCaller<Request, Response>::OnAnswer(Pending* call, const grpc::Status& status) {
  if (status.ok()) {
    backends_.Worked(call->backend);
    return Finish(call, HookResult::kOk);
  }
  // A server that shuts down cancels what it has under way.
  if (ResultOf(status) == HookResult::kUnavailable) {
    backends_.Failed(call->backend, SteadyNow());
    if (TryAgain(call)) return;
  }
  LogFailure(*call, status);
  Finish(call, ResultOf(status));
}

template <class Request, class Response>
bool HookCaller<Request, Response>::TryAgain(Pending* call) {
  const Time again_at = SteadyNow() + kPause;
  if (again_at >= call->deadline) return false;
  if (call->tries % backends_.size() != 0) {  // Not all have been asked.
    Try(call);
    return true;
  }
  MutexLock lock(mutex_);
  if (stopped_) return false;
  call->alarm = std::make_unique<grpc::Alarm>();
  call->alarm->Set(OnTheWall(again_at), [this, call](bool) { Try(call); });
  return true;
}

template <class Request, class Response>
void HookCaller<Request, Response>::LogFailure(const Pending& call, const grpc::Status& status) {
  MutexLock lock(mutex_);
  if (stopped_) return;
  const std::optional<uint64_t> left_out = log_gate_.Pass(SteadyNow());
  if (!left_out) return;
  spdlog::warn("hook {} failed: code={} backend={} tries={} message=\"{}\" lines_left_out={}",
               kHooks[static_cast<size_t>(settings_.hook)],
               kGrpcCodes[static_cast<size_t>(status.error_code())],
               settings_.targets[call.backend], call.tries, status.error_message(), *left_out);
}

template <class Request, class Response>
void HookCaller<Request, Response>::Finish(Pending* call, HookResult result) {
  {
    MutexLock lock(mutex_);
    if (stopped_ && result != HookResult::kOk) result = HookResult::kStopped;
  }
  stats_.HookCalled(settings_.hook, result);
  call->done(result, call->response);
  Pending* next = nullptr;
  std::unique_ptr<Pending> finished;
  {
    MutexLock lock(mutex_);
    finished = std::move(active_.extract(call).value());
    next = TakeNext();
    ShowWaiting();
    // Under the lock: who waits for it may destroy this object then.
    if (active_.empty() && waiting_.empty()) idle_.notify_all();
  }
  if (next != nullptr) Try(next);
}

template <class Request, class Response>
void HookCaller<Request, Response>::Stop() {
  std::deque<std::unique_ptr<Pending>> waiting;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    waiting.swap(waiting_);
    for (const std::unique_ptr<Pending>& call : active_) {
      if (call->context) call->context->TryCancel();
      if (call->alarm) call->alarm->Cancel();
    }
  }
  for (const std::unique_ptr<Pending>& call : waiting) {
    stats_.HookCalled(settings_.hook, HookResult::kStopped);
    call->done(HookResult::kStopped, call->response);
  }
  WaitUntilIdle(Duration::max());
}

// Not checked by the analysis: it does not know std::unique_lock.
template <class Request, class Response>
void HookCaller<Request, Response>::WaitUntilIdle(Duration longest) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  std::unique_lock lock(mutex_.native());
  const auto idle = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return active_.empty() && waiting_.empty();
  };
  if (longest == Duration::max()) return idle_.wait(lock, idle);
  idle_.wait_for(lock, longest, idle);
}

template class HookCaller<v1::OnConnectRequest, v1::OnConnectResponse>;
template class HookCaller<v1::OnMessageRequest, v1::OnMessageResponse>;
template class HookCaller<v1::OnDisconnectRequest, v1::OnDisconnectResponse>;

}  // namespace wsgate
