#include "clients/loadgen/run/run.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "clients/loadgen/run/figures.h"
#include "clients/loadgen/run/latency_svg.h"
#include "clients/loadgen/run/listener.h"
#include "clients/loadgen/run/progress_line.h"
#include "clients/loadgen/run/refusal.h"
#include "clients/loadgen/run/server_account.h"
#include "clients/loadgen/run/traffic.h"
#include "clients/loadgen/run/worker_pool.h"

namespace wsgate::loadgen {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(1);
constexpr Duration kLookEvery = std::chrono::milliseconds(20);
constexpr double kResultSeconds = 60;  // For a worker's result, besides the grace.

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

// The first signal ends the run in good order, the second at once.
void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int Fail(int code, const std::string& why) {
  std::fprintf(stderr, "wsgate-load: %s\n", why.c_str());
  return code;
}

double SecondsSince(Time start) {
  return std::chrono::duration<double>(SteadyNow() - start).count();
}

// One run; what it has between its phases.
class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options), pool_(options), traffic_(options), progress_(options.progress) {}

  int Go();

 private:
  void Connect(ServerAccount& account);
  void ShowConnecting(Time start);
  void Drive();
  void ShowDriving(Time start);
  // Asks the workers for their results, and takes them.
  void Finish();
  int Print() const;

  const RunOptions& options_;
  WorkerPool pool_;  // Before anything that starts a thread.
  Traffic traffic_;
  ProgressLine progress_;
  bool over_ = false;  // The whole duration was driven.
  RunFigures figures_;
};

int Run::Go() {
  CatchSignals();
  const pid_t pid =
      options_.server_pid > 0 ? options_.server_pid : FindListener(options_.client_address);
  ServerAccount account(pid, options_.sessions);
  if (const Refusal refusal = traffic_.Reach()) return Fail(refusal.exit_code, refusal.why);
  Connect(account);
  if (pool_.Counts().opened == 0 && !interrupted) {
    Finish();
    const Refusal refusal = ClientRefusal(options_, figures_);
    return Fail(refusal.exit_code, refusal.why);
  }
  account.StartCpu();
  Drive();
  traffic_.WaitAnswered();
  Finish();
  account.StopCpu();
  progress_.Clear();
  figures_.interrupted = interrupted;
  figures_.server = account.Report(figures_.Delivered());
  return Print();
}

void Run::Connect(ServerAccount& account) {
  const Time start = SteadyNow();
  account.AddPoint(0);
  pool_.Tell({{"command", "connect"}});
  while (!pool_.AllConnected() && !interrupted) {
    pool_.Poll(kLookEvery);
    account.AddPoint(pool_.Counts().opened);
    ShowConnecting(start);
  }
  figures_.connect_seconds = SecondsSince(start);
  account.AddPoint(pool_.Counts().opened, /*last=*/true);
}

void Run::ShowConnecting(Time start) {
  const Time now = SteadyNow();
  if (!progress_.Wants(now)) return;
  const PoolCounts counts = pool_.Counts();
  const double rate = static_cast<double>(counts.opened) / SecondsSince(start);
  const double left = static_cast<double>(options_.sessions - counts.opened - counts.not_opened);
  char text[160];
  std::snprintf(text, sizeof text, "connecting %s of %s, %s/s, ETA %.0f s%s",
                WithCommas(counts.opened).c_str(), WithCommas(options_.sessions).c_str(),
                WithCommas(static_cast<uint64_t>(rate)).c_str(), rate > 0 ? left / rate : 0,
                counts.not_opened > 0 ? ", some were refused" : "");
  progress_.Show(text, now);
}

void Run::Drive() {
  const Time start = SteadyNow();
  const Time end = start + Seconds(options_.duration_seconds);
  if (options_.message_rate > 0) pool_.Tell({{"command", "talk"}});
  traffic_.Start(start);
  for (Time now = start; now < end && !interrupted; now = SteadyNow()) {
    traffic_.Drive(now);
    pool_.Poll(options_.NeedsControl() ? kTick : kLookEvery);
    ShowDriving(start);
    const PoolCounts counts = pool_.Counts();
    if (counts.ended == counts.opened) break;  // Nobody is left.
  }
  over_ = SteadyNow() >= end;
  if (over_) traffic_.Drive(end);
  figures_.driven_seconds = SecondsSince(start);
}

void Run::ShowDriving(Time start) {
  const Time now = SteadyNow();
  if (!progress_.Wants(now)) return;
  const PoolCounts counts = pool_.Counts();
  const double elapsed = SecondsSince(start);
  const auto rate = static_cast<uint64_t>(static_cast<double>(counts.received) / elapsed);
  char text[200];
  std::snprintf(
      text, sizeof text,
      "driving %.0f of %.0f s, ETA %.0f s: %s calls, %s delivered (%s/s), %s said, %s ended",
      elapsed, options_.duration_seconds, options_.duration_seconds - elapsed,
      WithCommas(traffic_.started()).c_str(), WithCommas(counts.received).c_str(),
      WithCommas(rate).c_str(), WithCommas(counts.said).c_str(), WithCommas(counts.ended).c_str());
  progress_.Show(text, now);
}

void Run::Finish() {
  Json line = traffic_.Totals();
  line["over"] = over_;
  pool_.Tell(line);
  const Time start = SteadyNow();
  while (!pool_.AllFinished()) {
    pool_.Poll(kLookEvery);
    progress_.Show("waiting for what is still under way", SteadyNow());
    if (SecondsSince(start) > options_.grace_seconds + kResultSeconds) {
      Die("a process that held sessions gave no result");
    }
  }
  std::vector<int64_t> said;
  for (const Json& result : pool_.Results()) {
    figures_.AddWorker(result);
    for (const Json& of_session : result.at("said_by_session")) said.push_back(of_session);
  }
  traffic_.AddTo(figures_, said);
}

int Run::Print() const {
  if (options_.output == "json") {
    std::printf("%s\n", ReportOf(figures_, options_).dump(2).c_str());
  } else {
    std::printf("%s", TableOf(figures_, options_).c_str());
  }
  if (!options_.svg_file.empty()) {
    std::vector<LatencySeries> series;
    for (size_t i = 0; i < kKinds; ++i) {
      series.push_back({std::string(NameOf(static_cast<Kind>(i))), &figures_.kinds[i].latencies});
    }
    const std::string title = "Latency, " + WithCommas(figures_.opened) + " sessions, " +
                              std::to_string(options_.payload_bytes) + " B";
    std::ofstream file(options_.svg_file, std::ios::trunc);
    file << LatencySvg(title, series);
    file.close();
    if (!file) return Fail(kExitUsage, "--svg " + options_.svg_file + " cannot be written");
  }
  std::fflush(stdout);
  return ProblemsOf(figures_, options_).empty() ? kExitClean : kExitViolated;
}

}  // namespace

int RunLoad(RunOptions options) {
  if (const std::string wrong = Settle(options); !wrong.empty()) return Fail(kExitUsage, wrong);
  setenv("GRPC_VERBOSITY", "NONE", /*replace=*/0);  // What matters of it is said in our words.
  return Run(options).Go();
}

}  // namespace wsgate::loadgen
