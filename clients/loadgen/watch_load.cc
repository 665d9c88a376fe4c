#include "clients/loadgen/watch_load.h"

#include <string>

#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

WatchLoad::WatchLoad(v1::ControlService::Stub& stub, uint32_t streams, bool quiet) {
  starting_.Add(streams);
  open_.Add(streams);
  for (uint32_t i = 0; i < streams; ++i) watchers_.emplace_back(*this, quiet).Start(stub);
  starting_.WaitNone();
}

WatchLoad::~WatchLoad() {
  stopping_ = true;
  for (Watcher& watcher : watchers_) watcher.Cancel();
  open_.WaitNone();
}

WatchLoad::Watcher::Watcher(WatchLoad& load, bool quiet) : load_(load) {
  if (quiet) request_.mutable_filter()->add_user_ids("nobody");
}

void WatchLoad::Watcher::Start(v1::ControlService::Stub& stub) {
  stub.async()->WatchSessions(&context_, &request_, this);
  StartRead(&response_);
  StartCall();
}

void WatchLoad::Watcher::OnReadInitialMetadataDone(bool /*ok*/) {
  load_.starting_.Done();
}

void WatchLoad::Watcher::OnReadDone(bool ok) {
  if (!ok) return;
  if (number_ != 0 && response_.number() != number_ + 1) Die("a watcher missed an event");
  number_ = response_.number();
  load_.events_.fetch_add(1, std::memory_order_relaxed);
  StartRead(&response_);
}

void WatchLoad::Watcher::OnDone(const grpc::Status& status) {
  if (!load_.stopping_) Die("WatchSessions ended: " + status.error_message());
  load_.open_.Done();
}

}  // namespace wsgate::loadgen
