#include "gateway/shard/poller.h"

#include <unistd.h>

#include <algorithm>

#include "gateway/base/check.h"

namespace wsgate {
namespace {

constexpr uint32_t kEdge = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

int TimeoutMillis(Time now, Time deadline) {
  if (deadline == Time::max()) return -1;
  if (deadline <= now) return 0;
  constexpr Duration kLongest = std::chrono::hours(1);
  const Duration wait = std::min<Duration>(deadline - now, kLongest);
  // Rounded up: waking early would only mean to wait again.
  return static_cast<int>((wait + std::chrono::microseconds(999)) / std::chrono::milliseconds(1));
}

}  // namespace

Poller::Poller() : epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)) {
  WSGATE_CHECK(epoll_fd_ >= 0);
}

Poller::~Poller() {
  ::close(epoll_fd_);
}

bool Poller::Add(int fd, PollDatum datum, bool level) {
  epoll_event event{.events = level ? uint32_t{EPOLLIN} : kEdge, .data = {.u64 = datum.Pack()}};
  return ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool Poller::Change(int fd, PollDatum datum) {
  epoll_event event{.events = kEdge, .data = {.u64 = datum.Pack()}};
  return ::epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) == 0;
}

void Poller::Remove(int fd) {
  ::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
}

std::span<const epoll_event> Poller::Wait(Time now, Time deadline) {
  const int count = ::epoll_wait(epoll_fd_, events_, kEventsMax, TimeoutMillis(now, deadline));
  return {events_,
          static_cast<size_t>(std::max(count, 0))};  // Interrupted: as if nothing had come.
}

}  // namespace wsgate
