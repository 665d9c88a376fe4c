#include "clients/loadgen/run/inbox.h"

#include "clients/cpp/channel.h"
#include "clients/loadgen/run/call_tally.h"
#include "clients/loadgen/run/stamp.h"

namespace wsgate::loadgen {
namespace {

constexpr auto kTakenInTimeout = std::chrono::seconds(10);
constexpr uint64_t kAcknowledgeEvery = 32;  // Of the 256 that may be open.

}  // namespace

Inbox::Inbox(v1::ControlService::Stub& stub, const RunOptions& options)
    : run_(options.run), checkers_(options.sessions) {
  client::AddToken(options.access.control, context_);
  stub.async()->ReceiveMessages(&context_, this);
  request_.mutable_start();
  StartWrite(&request_);
  StartRead(&response_);
  StartCall();
}

Inbox::~Inbox() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  context_.TryCancel();  // Without the lock: reactions may run in here.
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return done_; });
}

grpc::Status Inbox::WaitTakenIn() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kTakenInTimeout, [this] { return taken_in_ || done_; });
  if (done_ && ended_.ok()) return {grpc::StatusCode::UNAVAILABLE, "it was ended at once"};
  if (done_ || taken_in_) return ended_;
  return {grpc::StatusCode::DEADLINE_EXCEEDED, "it was not taken in within 10 s"};
}

uint64_t Inbox::WaitFor(const std::vector<int64_t>& said, Duration time) {
  constexpr auto kLookEvery = std::chrono::milliseconds(20);
  const Time deadline = SteadyNow() + time;
  std::unique_lock lock(mutex_);
  while (!done_ && Missing(said) > 0 && SteadyNow() < deadline) changed_.wait_for(lock, kLookEvery);
  return Missing(said);
}

uint64_t Inbox::Missing(const std::vector<int64_t>& said) const {
  uint64_t missing = 0;
  for (size_t i = 0; i < said.size() && i < checkers_.size(); ++i) {
    const auto received = static_cast<int64_t>(checkers_[i].received());
    if (said[i] > received) missing += static_cast<uint64_t>(said[i] - received);
  }
  return missing;
}

Arrivals Inbox::arrivals() const {
  const std::lock_guard lock(mutex_);
  return arrivals_;
}

Latencies Inbox::latencies() const {
  const std::lock_guard lock(mutex_);
  return latencies_;
}

uint64_t Inbox::others() const {
  const std::lock_guard lock(mutex_);
  return others_;
}

std::string Inbox::Ended() const {
  const std::lock_guard lock(mutex_);
  return done_ && !cancelled_ ? WordsOf(ended_) : "";
}

void Inbox::OnReadInitialMetadataDone(bool ok) {
  const std::lock_guard lock(mutex_);
  taken_in_ = ok;
  changed_.notify_all();
}

void Inbox::OnReadDone(bool ok) {
  if (!ok) return;
  const std::lock_guard lock(mutex_);
  Take();
  number_ = response_.number();
  if (number_ - acknowledged_ >= kAcknowledgeEvery) Acknowledge();
  StartRead(&response_);
}

void Inbox::Take() {
  const std::optional<Stamp> stamp = ReadStamp(response_.message().text());
  if (!stamp || stamp->kind != Kind::kMessage || stamp->run != run_ ||
      stamp->target >= checkers_.size()) {
    ++others_;
    return;
  }
  arrivals_.Count(checkers_[stamp->target].Take(stamp->sequence, stamp->settled));
  latencies_.Record(SteadyNow() - stamp->sent);
}

void Inbox::Acknowledge() {
  if (writing_) return;
  writing_ = true;
  acknowledged_ = number_;
  request_.mutable_ack()->set_number(number_);
  StartWrite(&request_);
}

void Inbox::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  if (ok && number_ - acknowledged_ >= kAcknowledgeEvery) Acknowledge();
}

void Inbox::OnDone(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  done_ = true;
  ended_ = status;
  changed_.notify_all();  // Told under the lock: who waits may destroy this object.
}

}  // namespace wsgate::loadgen
