#include "gateway/shard/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "gateway/base/check.h"

namespace wsgate {
namespace {

uint64_t BytesOf(const SendCommand& command) {
  return std::visit([](const auto& send) { return send.message->wire.bytes.size(); }, command);
}

}  // namespace

Mailbox::Mailbox() : event_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  WSGATE_CHECK(event_fd_ >= 0);
}

Mailbox::~Mailbox() {
  ::close(event_fd_);
}

bool Mailbox::TryPost(SendCommand& command) {
  const uint64_t bytes = BytesOf(command);
  {
    MutexLock lock(mutex_);
    if (sends_.size() >= kSendsMax || send_bytes_ + bytes > kSendBytesMax) return false;
    sends_.push_back(std::move(command));
    send_bytes_ += bytes;
  }
  Wake();
  return true;
}

bool Mailbox::TryPost(ControlCommand& command) {
  {
    MutexLock lock(mutex_);
    if (control_.size() >= kControlMax) return false;
    control_.push_back(std::move(command));
  }
  Wake();
  return true;
}

void Mailbox::Take(std::vector<ControlCommand>& control, std::vector<SendCommand>& sends) {
  control.clear();
  sends.clear();
  MutexLock lock(mutex_);
  control.swap(control_);
  sends.swap(sends_);
  send_bytes_ = 0;
}

bool Mailbox::TrySleep() {
  asleep_.store(true, std::memory_order_relaxed);
  MutexLock lock(mutex_);  // Orders the store before whatever is posted from now on.
  if (control_.empty() && sends_.empty()) return true;
  asleep_.store(false, std::memory_order_relaxed);
  return false;
}

void Mailbox::Wake() {
  // Only the first post after TrySleep() pays for the system call. The lock that the poster just
  // held orders this load.
  if (!asleep_.load(std::memory_order_relaxed) ||
      !asleep_.exchange(false, std::memory_order_relaxed))
    return;
  const uint64_t one = 1;
  // The counter cannot overflow in practice, and the poller is edge-triggered: every write is an
  // event.
  (void)!::write(event_fd_, &one, sizeof one);
}

}  // namespace wsgate
