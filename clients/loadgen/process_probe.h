// What another process has used: CPU to the nanosecond, memory to the page.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace wsgate::loadgen {

struct CpuSample {
  uint64_t process_ns = 0;                    // All threads, those that have ended too.
  std::map<std::string, uint64_t> thread_ns;  // By thread name; threads that live.
};

struct MemorySample {
  uint64_t resident_bytes = 0;
  uint64_t proportional_bytes = 0;
  uint64_t anonymous_bytes =
      0;  // What the process itself has written: no file's pages. "Process memory" is this.
};

// Reads the kernel's accounts of `pid` (/proc/PID/task/*/schedstat, /proc/PID/smaps_rollup). Ends
// the program where there is no such process.
CpuSample ReadCpu(pid_t pid);
uint64_t ReadProcessCpuNs(pid_t pid);
MemorySample ReadMemory(pid_t pid);

CpuSample& operator+=(CpuSample& sum, const CpuSample& used);
// What was used from one sample to the other.
CpuSample operator-(const CpuSample& after, const CpuSample& before);

}  // namespace wsgate::loadgen
