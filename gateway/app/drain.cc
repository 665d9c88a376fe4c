#include "gateway/app/drain.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace wsgate {

Drain::~Drain() {
  SkipToStop();
  Wait();
  thread_.join();
}

void Drain::Begin() {
  if (begun_.exchange(true)) return;
  MutexLock lock(mutex_);
  thread_ = std::thread([this] { Run(); });
}

void Drain::SkipToStop() {
  Begin();
  MutexLock lock(mutex_);
  skip_ = true;
  changed_.notify_all();
}

void Drain::Wait() {
  std::unique_lock<std::mutex> lock(mutex_.native());
  changed_.wait(lock, [this] { return stopped(); });
}

void Drain::WaitFor(Duration timeout, const std::function<bool()>& done) {
  constexpr Duration kLook = std::chrono::milliseconds(10);
  const Time until = SteadyNow() + timeout;
  std::unique_lock<std::mutex> lock(mutex_.native());
  while (!skip_ && SteadyNow() < until && !done()) changed_.wait_for(lock, kLook);
}

void Drain::Run() {
  steps_.give_notice();
  WaitFor(settings_.notice, [] { return false; });
  steps_.refuse_newcomers();
  const double seconds = std::chrono::duration<double>(settings_.window).count();
  const uint64_t sessions = steps_.sessions();
  const double by_window = static_cast<double>(sessions) / std::max(seconds / 2, 0.001);
  const double rate = settings_.sessions_per_second != 0
                          ? static_cast<double>(settings_.sessions_per_second)
                          : std::max(by_window, 1.0);
  if (sessions != 0) {
    spdlog::info("drain: releasing {} sessions, {:.0f} a second", sessions, rate);
  }
  steps_.release(rate);
  WaitFor(settings_.window, [this] { return steps_.sessions() == 0 && steps_.connections() == 0; });
  steps_.stop();
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace wsgate
