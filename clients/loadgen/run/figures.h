// What a run has found, in the form in which it is told.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "clients/loadgen/run/call_tally.h"
#include "clients/loadgen/run/latencies.h"
#include "clients/loadgen/run/run_options.h"
#include "clients/loadgen/run/sequence_checker.h"
#include "clients/loadgen/run/stamp.h"
#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

// One kind of message.
struct KindFigures {
  bool asked = false;   // The command line wanted some.
  uint64_t wanted = 0;  // Rate times duration.
  uint64_t sent = 0;    // Calls started, or messages of clients sent.
  CallTally calls;      // Of what services send.
  Arrivals arrivals;
  uint64_t lost = 0;  // By sessions that were open until the end.
  Latencies latencies;
};

struct RunFigures {
  bool interrupted = false;
  uint64_t opened = 0;
  uint64_t ended = 0;
  std::map<std::string, uint64_t> refused;      // By HTTP status.
  std::map<std::string, std::string> refusals;  // What the first of each was told.
  std::map<std::string, uint64_t> failures;     // Never got in, by cause.
  std::map<std::string, uint64_t> endings;      // Ended before the run, by cause.
  uint64_t others = 0;
  double connect_seconds = 0;
  double driven_seconds = 0;
  std::array<KindFigures, kKinds> kinds;
  std::map<std::string, uint64_t> gateway_dropped;  // What its own statistics say.
  std::string inbox_ended;                          // Why ReceiveMessages ended early.
  Json server;                                      // ServerAccount::Report(), or null.

  KindFigures& of(Kind kind) { return kinds[static_cast<size_t>(kind)]; }
  const KindFigures& of(Kind kind) const { return kinds[static_cast<size_t>(kind)]; }
  uint64_t Delivered() const;
  // A result line of a worker; adds up.
  void AddWorker(const Json& result);
};

// What is wrong with a run, each with what it means; empty: clean.
std::vector<std::string> ProblemsOf(const RunFigures& figures, const RunOptions& options);
Json ReportOf(const RunFigures& figures, const RunOptions& options);
// The same for people.
std::string TableOf(const RunFigures& figures, const RunOptions& options);

}  // namespace wsgate::loadgen
