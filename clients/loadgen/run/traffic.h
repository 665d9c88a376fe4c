// What services send during a run, and what they receive.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "clients/loadgen/run/broadcasts.h"
#include "clients/loadgen/run/figures.h"
#include "clients/loadgen/run/inbox.h"
#include "clients/loadgen/run/rate_clock.h"
#include "clients/loadgen/run/refusal.h"
#include "clients/loadgen/run/run_options.h"
#include "clients/loadgen/run/user_sends.h"

namespace wsgate::loadgen {

// Flow:    Start() → Drive() all the time → WaitAnswered() → Totals() for the workers → AddTo().
// Owner:   RunLoad().
// Threads: one; gRPC's beside it.
// Bounds:  those of its parts.
class Traffic {
 public:
  explicit Traffic(const RunOptions& options);

  // Reaches the control port and opens the inbox where there is something to receive.
  Refusal Reach();
  void Start(Time now);
  // Starts what is due.
  void Drive(Time now);
  void WaitAnswered();
  // What everybody should have received, as the line that workers expect.
  Json Totals() const;
  // The calls' figures. Waits at most `grace` for the messages that sessions have said.
  void AddTo(RunFigures& figures, const std::vector<int64_t>& said);
  uint64_t started() const { return sends_due_.started() + broadcasts_due_.started(); }

 private:
  // What the gateway has dropped since it started; empty where it does not say.
  std::map<std::string, uint64_t> Dropped(grpc::Status& status) const;

  const RunOptions& options_;
  std::unique_ptr<v1::ControlService::Stub> stub_;
  std::optional<UserSends> sends_;
  std::optional<Broadcasts> broadcasts_;
  std::optional<Broadcasts> bursts_;
  std::optional<Inbox> inbox_;
  std::map<std::string, uint64_t> dropped_before_;
  RateClock sends_due_;
  RateClock broadcasts_due_;
  RateClock bursts_due_;
  uint64_t of_burst_left_ = 0;  // Of bursts that have begun.
};

}  // namespace wsgate::loadgen
