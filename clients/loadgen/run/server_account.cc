#include "clients/loadgen/run/server_account.h"

#include <time.h>

#include <algorithm>
#include <fstream>

namespace wsgate::loadgen {
namespace {

constexpr uint64_t kPoints = 20;
constexpr double kSessionsMin = 1000;  // Fewer do not show among a process's pages.

bool Readable(pid_t pid) {
  clockid_t clock{};
  std::ifstream memory("/proc/" + std::to_string(pid) + "/smaps_rollup");
  return pid > 0 && clock_getcpuclockid(pid, &clock) == 0 && memory.peek() != EOF;
}

Json SlopeOf(const std::vector<MemoryPoint>& points) {
  if (points.size() < 3 || points.back().sessions < kSessionsMin) return nullptr;
  return Slope(points);
}

}  // namespace

ServerAccount::ServerAccount(pid_t pid, uint32_t sessions)
    : pid_(Readable(pid) ? pid : 0), step_(std::max<uint64_t>(1, sessions / kPoints)) {}

void ServerAccount::AddPoint(uint64_t open, bool last) {
  if (pid_ == 0 || (open < next_ && !last) || !Readable(pid_)) return;
  next_ = open + step_;
  const MemorySample memory = ReadMemory(pid_);
  const auto sessions = static_cast<double>(open);
  resident_.push_back({sessions, static_cast<double>(memory.resident_bytes)});
  anonymous_.push_back({sessions, static_cast<double>(memory.anonymous_bytes)});
}

void ServerAccount::StartCpu() {
  started_ = SteadyNow();
  if (pid_ != 0 && Readable(pid_)) before_ = ReadCpu(pid_);
}

void ServerAccount::StopCpu() {
  seconds_ = Microseconds(SteadyNow() - started_) / 1e6;
  if (pid_ != 0 && Readable(pid_)) used_ = ReadCpu(pid_) - before_;
}

Json ServerAccount::Report(uint64_t delivered) const {
  if (pid_ == 0) return nullptr;
  Json report = {{"pid", pid_},
                 {"measured_seconds", seconds_},
                 {"cpu_seconds", nullptr},
                 {"cpu_us_per_delivered_message", nullptr},
                 {"resident_bytes_per_session", SlopeOf(resident_)},
                 {"anonymous_bytes_per_session", SlopeOf(anonymous_)},
                 {"resident_bytes", resident_.empty() ? Json() : Json(resident_.back().bytes)}};
  if (!used_) return report;
  const auto ns = static_cast<double>(used_->process_ns);
  report["cpu_seconds"] = ns / 1e9;
  if (delivered > 0) {
    report["cpu_us_per_delivered_message"] = ns / 1e3 / static_cast<double>(delivered);
  }
  return report;
}

}  // namespace wsgate::loadgen
