#include "clients/loadgen/stream_load.h"

#include <utility>

#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

StreamLoad::StreamLoad(v1::ControlService::Stub& stub, const Users& users, uint32_t unanswered,
                       const std::string& text)
    : stub_(stub), users_(users), unanswered_max_(unanswered) {
  request_.mutable_to_user()->mutable_message()->set_text(text);
}

void StreamLoad::Start() {
  open_.Add(1);
  stub_.async()->SendStream(&context_, this);
  {
    MutexLock lock(mutex_);
    StartRead(&response_);
    WriteNext();
  }
  StartCall();
}

void StreamLoad::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    if (!writing_) HalfCloseOnce();
  }
  open_.WaitNone();
}

StreamLoad::Answers StreamLoad::answers() {
  MutexLock lock(mutex_);
  return answers_;
}

bool StreamLoad::MayWrite() const {
  return !stopping_ && written_ - answers_.good - answers_.bad < unanswered_max_;
}

void StreamLoad::WriteNext() {
  writing_ = true;
  request_.set_item_id(written_);
  request_.mutable_to_user()->set_user_id("u" +
                                          std::to_string(users_.first + written_ % users_.count));
  ++written_;
  grpc::WriteOptions options;
  if (MayWrite()) options.set_buffer_hint();  // Another one follows at once.
  StartWrite(&request_, options);
}

void StreamLoad::HalfCloseOnce() {
  if (!std::exchange(half_closed_, true)) StartWritesDone();
}

void StreamLoad::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  if (!ok) return;  // OnDone() says why.
  if (stopping_) return HalfCloseOnce();
  if (MayWrite()) WriteNext();
}

void StreamLoad::OnReadDone(bool ok) {
  if (!ok) return;
  MutexLock lock(mutex_);
  ++answers_.batches;
  for (const auto& result : response_.results()) {
    const v1::Outcome& outcome = result.outcome();
    const bool good = users_.online ? outcome.queued() == 1 : outcome.offline() == 1;
    ++(good ? answers_.good : answers_.bad);
  }
  StartRead(&response_);
  if (!writing_ && MayWrite()) WriteNext();
}

void StreamLoad::OnDone(const grpc::Status& status) {
  if (!status.ok()) Die("SendStream failed: " + status.error_message());
  open_.Done();
}

}  // namespace wsgate::loadgen
