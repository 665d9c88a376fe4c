#include "clients/loadgen/process_probe.h"

#include <time.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>

#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

uint64_t ReadProcessCpuNs(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  // The process's CPU clock keeps what ended threads have used, which the sum over /proc/PID/task
  // loses.
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    Die("no process " + std::to_string(pid) + " to measure");
  }
  return static_cast<uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(used.tv_nsec);
}

CpuSample ReadCpu(pid_t pid) {
  CpuSample sample{.process_ns = ReadProcessCpuNs(pid)};
  std::error_code error;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
    std::string name;
    uint64_t ns = 0;
    std::ifstream(task.path() / "comm") >> name;
    std::ifstream(task.path() / "schedstat") >> ns;
    if (!name.empty()) sample.thread_ns[name] += ns;
  }
  return sample;
}

MemorySample ReadMemory(pid_t pid) {
  MemorySample sample;
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  if (!file) Die("cannot read the memory of process " + std::to_string(pid));
  file.ignore(std::numeric_limits<std::streamsize>::max(),
              '\n');  // The first line is an address range.
  std::string name;
  std::string unit;
  for (uint64_t kib = 0; file >> name >> kib >> unit;) {
    if (name == "Rss:") sample.resident_bytes = kib * 1024;
    if (name == "Pss:") sample.proportional_bytes = kib * 1024;
    if (name == "Anonymous:") sample.anonymous_bytes = kib * 1024;
  }
  return sample;
}

CpuSample& operator+=(CpuSample& sum, const CpuSample& used) {
  sum.process_ns += used.process_ns;
  for (const auto& [name, ns] : used.thread_ns) sum.thread_ns[name] += ns;
  return sum;
}

CpuSample operator-(const CpuSample& after, const CpuSample& before) {
  CpuSample used{.process_ns = after.process_ns - before.process_ns};
  for (const auto& [name, ns] : after.thread_ns) {
    const auto earlier = before.thread_ns.find(name);
    // A name whose older thread has ended counts from zero.
    const uint64_t base = earlier == before.thread_ns.end() ? 0 : earlier->second;
    used.thread_ns[name] = ns >= base ? ns - base : ns;
  }
  return used;
}

}  // namespace wsgate::loadgen
