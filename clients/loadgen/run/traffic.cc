#include "clients/loadgen/run/traffic.h"

#include <grpcpp/client_context.h>

#include <chrono>

#include "clients/cpp/channel.h"

namespace wsgate::loadgen {
namespace {

void AddCalls(KindFigures& figures, const CallTally& tally, uint64_t wanted) {
  figures.asked = true;
  figures.wanted = wanted;
  figures.sent = tally.calls;
  figures.calls = tally;
}

}  // namespace

Traffic::Traffic(const RunOptions& options)
    : options_(options),
      sends_due_(options.send_rate, options.duration_seconds),
      broadcasts_due_(options.broadcast_rate, options.duration_seconds),
      bursts_due_(options.burst > 0 ? 1 / options.burst_interval : 0, options.duration_seconds) {}

Refusal Traffic::Reach() {
  if (!options_.NeedsControl()) return {};
  stub_ = v1::ControlService::NewStub(client::MakeChannel(options_.access.control));
  grpc::Status status;
  dropped_before_ = Dropped(status);
  if (!status.ok()) return ControlRefusal(options_, "GetStats", status);
  if (options_.send_rate > 0) sends_.emplace(*stub_, options_);
  if (options_.broadcast_rate > 0) broadcasts_.emplace(*stub_, options_, Kind::kBroadcast);
  if (options_.burst > 0) bursts_.emplace(*stub_, options_, Kind::kBurst);
  if (options_.message_rate == 0) return {};
  inbox_.emplace(*stub_, options_);
  status = inbox_->WaitTakenIn();
  if (!status.ok()) return ControlRefusal(options_, "ReceiveMessages", status);
  return {};
}

std::map<std::string, uint64_t> Traffic::Dropped(grpc::Status& status) const {
  grpc::ClientContext context;
  client::AddToken(options_.access.control, context);
  context.set_deadline(std::chrono::system_clock::now() + options_.access.control.timeout);
  v1::GetStatsResponse response;
  status = stub_->GetStats(&context, {}, &response);
  const auto& dropped = response.total().dropped();
  return {dropped.begin(), dropped.end()};
}

void Traffic::Start(Time now) {
  sends_due_.Start(now);
  broadcasts_due_.Start(now);
  bursts_due_.Start(now);
}

void Traffic::Drive(Time now) {
  while (sends_ && sends_due_.Due(now) && sends_->StartOne()) sends_due_.Started();
  while (broadcasts_ && broadcasts_due_.Due(now) && broadcasts_->StartOne()) {
    broadcasts_due_.Started();
  }
  while (bursts_ && bursts_due_.Due(now)) {
    bursts_due_.Started();
    of_burst_left_ += options_.burst;
  }
  while (of_burst_left_ > 0 && bursts_->StartOne()) --of_burst_left_;
}

void Traffic::WaitAnswered() {
  if (sends_) sends_->WaitAnswered();
  if (broadcasts_) broadcasts_->WaitAnswered();
  if (bursts_) bursts_->WaitAnswered();
}

Json Traffic::Totals() const {
  return {{"command", "finish"},
          {"to_user", sends_ ? sends_->ToUser() : std::vector<uint32_t>()},
          {"broadcasts", broadcasts_ ? broadcasts_->sent() : 0},
          {"bursts", bursts_ ? bursts_->sent() : 0}};
}

void Traffic::AddTo(RunFigures& figures, const std::vector<int64_t>& said) {
  if (sends_) AddCalls(figures.of(Kind::kSend), sends_->Tally(), sends_due_.total());
  if (broadcasts_) {
    AddCalls(figures.of(Kind::kBroadcast), broadcasts_->Tally(), broadcasts_due_.total());
  }
  if (bursts_) {
    AddCalls(figures.of(Kind::kBurst), bursts_->Tally(), bursts_due_.total() * options_.burst);
  }
  if (inbox_) {
    KindFigures& messages = figures.of(Kind::kMessage);
    messages.asked = true;
    messages.wanted = RateClock(options_.message_rate, options_.duration_seconds).total();
    messages.lost = inbox_->WaitFor(said, Seconds(options_.grace_seconds));
    messages.arrivals = inbox_->arrivals();
    messages.latencies = inbox_->latencies();
    figures.others += inbox_->others();
    figures.inbox_ended = inbox_->Ended();
  }
  if (!stub_) return;
  grpc::Status status;
  for (const auto& [reason, times] : Dropped(status)) {
    if (times > dropped_before_[reason]) {
      figures.gateway_dropped[reason] = times - dropped_before_[reason];
    }
  }
}

}  // namespace wsgate::loadgen
