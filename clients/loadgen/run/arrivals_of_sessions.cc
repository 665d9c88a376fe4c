#include "clients/loadgen/run/arrivals_of_sessions.h"

namespace wsgate::loadgen {

ArrivalsOfSessions::ArrivalsOfSessions(uint32_t run, uint32_t first, uint32_t count, uint32_t users)
    : run_(run), first_(first), users_(users), checkers_(count) {}

void ArrivalsOfSessions::Take(uint32_t index, std::string_view head, Time now) {
  const std::optional<Stamp> stamp = ReadStamp(head);
  const bool ours = stamp && stamp->run == run_ && stamp->kind != Kind::kMessage &&
                    (stamp->kind != Kind::kSend || stamp->target == UserOf(index));
  if (!ours) {
    ++others_;
    return;
  }
  const auto kind = static_cast<size_t>(stamp->kind);
  arrivals_[kind].Count(checkers_[index][kind].Take(stamp->sequence, stamp->settled));
  latencies_[kind].Record(now - stamp->sent);
  ++received_;
}

uint64_t ArrivalsOfSessions::Missing(uint32_t index, Kind kind, const SentTotals& sent) const {
  uint64_t expected = 0;
  if (kind == Kind::kSend && !sent.to_user.empty()) expected = sent.to_user[UserOf(index)];
  if (kind == Kind::kBroadcast) expected = sent.broadcasts;
  if (kind == Kind::kBurst) expected = sent.bursts;
  // More than expected is possible: a call that failed may still have been delivered.
  const uint64_t received = checkers_[index][static_cast<size_t>(kind)].received();
  return expected > received ? expected - received : 0;
}

}  // namespace wsgate::loadgen
