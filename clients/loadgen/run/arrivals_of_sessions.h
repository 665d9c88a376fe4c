// What the sessions of one process have received, checked and timed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "clients/loadgen/run/latencies.h"
#include "clients/loadgen/run/sequence_checker.h"
#include "clients/loadgen/run/stamp.h"

namespace wsgate::loadgen {

// What was answered as sent, of each kind that goes to clients.
struct SentTotals {
  std::vector<uint32_t> to_user;  // By the user's number.
  uint32_t broadcasts = 0;
  uint32_t bursts = 0;
};

// Flow:    Swarm → Take() → checkers and latencies; at the end Missing() against what was sent.
// Owner:   Worker.
// Threads: the swarm's.
// Bounds:  three checkers, 144 bytes, for each session.
class ArrivalsOfSessions {
 public:
  static constexpr size_t kToClients = 3;  // Sends, broadcasts, bursts.

  // Sessions `first` and on, `count` of them; session i is user i modulo `users`.
  ArrivalsOfSessions(uint32_t run, uint32_t first, uint32_t count, uint32_t users);

  // A message of session `index`, counted from 0, with its first bytes.
  void Take(uint32_t index, std::string_view head, Time now);

  // Messages of `kind` that session `index` should have and has not.
  uint64_t Missing(uint32_t index, Kind kind, const SentTotals& sent) const;
  const Arrivals& arrivals(Kind kind) const { return arrivals_[static_cast<size_t>(kind)]; }
  const Latencies& latencies(Kind kind) const { return latencies_[static_cast<size_t>(kind)]; }
  uint64_t received() const { return received_; }
  // Messages that no send of this run explains: other runs' broadcasts, and what a protocol itself
  // says, greetings and replies.
  uint64_t others() const { return others_; }

 private:
  uint32_t UserOf(uint32_t index) const { return (first_ + index) % users_; }

  const uint32_t run_;
  const uint32_t first_;
  const uint32_t users_;
  std::vector<std::array<SequenceChecker, kToClients>> checkers_;
  std::array<Arrivals, kToClients> arrivals_;
  std::array<Latencies, kToClients> latencies_;
  uint64_t received_ = 0;
  uint64_t others_ = 0;
};

}  // namespace wsgate::loadgen
