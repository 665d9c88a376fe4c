#include "clients/loadgen/run/broadcasts.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>

#include "clients/cpp/channel.h"

namespace wsgate::loadgen {
namespace {

constexpr auto kCallTimeout = std::chrono::seconds(30);

}  // namespace

struct Broadcasts::Call {
  uint32_t sequence = 0;
  grpc::ClientContext context;
  v1::BroadcastRequest request;
  v1::BroadcastResponse response;
};

Broadcasts::Broadcasts(v1::ControlService::Stub& stub, const RunOptions& options, Kind kind)
    : stub_(stub), options_(options), kind_(kind) {}

bool Broadcasts::StartOne() {
  auto call = std::make_unique<Call>();
  Stamp stamp{.kind = kind_, .run = options_.run};
  {
    MutexLock lock(mutex_);
    if (sequence_ - settled_ == SequenceChecker::kWindow) return false;
    stamp.settled = settled_;
    stamp.sequence = ++sequence_;
    ++tally_.calls;
  }
  call->sequence = stamp.sequence;
  client::AddToken(options_.access.control, call->context);
  call->context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  stamp.sent = SteadyNow();
  call->request.mutable_message()->set_text(WriteStamp(stamp, options_.payload_bytes));
  open_calls_.Add(1);
  Call* const started = call.release();  // Until its answer.
  stub_.async()->Broadcast(&started->context, &started->request, &started->response,
                           [this, started](const grpc::Status& status) {
                             const std::unique_ptr<Call> owned(started);
                             OnAnswer(*owned, status);
                             open_calls_.Done();
                           });
  return true;
}

void Broadcasts::OnAnswer(const Call& call, const grpc::Status& status) {
  MutexLock lock(mutex_);
  if (tally_.Count(status, call.response.outcome())) ++sent_;
  answered_.set(call.sequence % answered_.size());
  while (settled_ < sequence_ && answered_.test((settled_ + 1) % answered_.size())) {
    answered_.reset(++settled_ % answered_.size());
  }
}

CallTally Broadcasts::Tally() const {
  MutexLock lock(mutex_);
  return tally_;
}

uint32_t Broadcasts::sent() const {
  MutexLock lock(mutex_);
  return sent_;
}

}  // namespace wsgate::loadgen
