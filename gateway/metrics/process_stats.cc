#include "gateway/metrics/process_stats.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "gateway/base/clock.h"

namespace wsgate {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

uint64_t OpenFds() {
  struct stat info {};
  if (stat("/proc/self/fd", &info) != 0) return 0;
  if (info.st_size > 0)
    return static_cast<uint64_t>(info.st_size);  // Linux 6.2 counts them itself.
  DIR* const directory = opendir("/proc/self/fd");
  if (directory == nullptr) return 0;
  uint64_t entries = 0;
  while (readdir(directory) != nullptr) ++entries;
  closedir(directory);
  return entries - 3;  // ".", ".." and the directory's own descriptor.
}

}  // namespace

ProcessValues ReadProcess() {
  ProcessValues values;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    values.cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  }
  uint64_t all_pages = 0;
  uint64_t resident_pages = 0;
  if (std::ifstream("/proc/self/statm") >> all_pages >> resident_pages) {
    values.resident_bytes = resident_pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) values.max_fds = limit.rlim_cur;
  values.open_fds = OpenFds();
  return values;
}

int64_t ProcessStartMicros() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  // Field 22 counts clock ticks since boot. Field 2 is a name that may hold blanks: count from its
  // ")".
  size_t at = line.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  timespec since_boot{};
  if (at == std::string::npos || clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
    return WallMicros();
  const double started =
      std::strtod(line.c_str() + at, nullptr) / static_cast<double>(sysconf(_SC_CLK_TCK));
  const double now =
      static_cast<double>(since_boot.tv_sec) + static_cast<double>(since_boot.tv_nsec) / 1e9;
  return WallMicros() - static_cast<int64_t>((now - started) * 1e6);
}

}  // namespace wsgate
