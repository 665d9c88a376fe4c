#include "gateway/config/host.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <string_view>
#include <thread>
#include <vector>
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::optional<double> Quotient(std::string_view quota, std::string_view period) {
  // `max` and -1 mean no quota.
  const std::optional<int64_t> quota_us = ReadNumber<int64_t>(Strip(quota));
  const std::optional<int64_t> period_us = ReadNumber<int64_t>(Strip(period));
  if (!quota_us || !period_us || *quota_us <= 0 || *period_us <= 0) return std::nullopt;
  return static_cast<double>(*quota_us) / static_cast<double>(*period_us);
}

std::optional<double> QuotaV2(const std::string& folder) {
  const std::vector<std::string> parts = Split(FirstLine(folder + "/cpu.max"), ' ');
  return parts.size() == 2 ? Quotient(parts[0], parts[1]) : std::nullopt;
}

std::optional<double> QuotaV1(const std::string& folder) {
  return Quotient(FirstLine(folder + "/cpu.cfs_quota_us"),
                  FirstLine(folder + "/cpu.cfs_period_us"));
}

using ReadQuota = std::optional<double> (*)(const std::string& folder);

// The smallest quota from `group` up to the root of the hierarchy mounted at `mount`. In a
// container without a cgroup namespace the group's path does not exist below the mount; the root is
// then the container's own.
void TakeSmallest(const std::string& mount, std::string group, ReadQuota read,
                  std::optional<double>& smallest) {
  while (true) {
    if (const std::optional<double> quota = read(mount + group)) {
      smallest = std::min(smallest.value_or(*quota), *quota);
    }
    const size_t slash = group.rfind('/');
    if (group.empty() || slash == std::string::npos) return;
    group.resize(slash);
  }
}

}  // namespace

std::string HostName() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

uint32_t CpusInAffinityMask() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  // Fails on machines with more processors than the set holds.
  if (sched_getaffinity(0, sizeof(mask), &mask) != 0) {
    return std::max(1u, std::thread::hardware_concurrency());
  }
  return static_cast<uint32_t>(std::max(1, CPU_COUNT(&mask)));
}

std::optional<double> CgroupCpuQuota(const std::string& root) {
  const std::string base = root + "/sys/fs/cgroup";
  std::optional<double> smallest;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    // `hierarchy:controllers:path`; version 2 is hierarchy 0 without controllers.
    std::vector<std::string> parts = Split(line, ':');
    for (; parts.size() > 3; parts.pop_back()) {  // A path may have colons too: they stay in it.
      parts[parts.size() - 2] += ":" + parts.back();
    }
    if (parts.size() != 3) continue;
    const std::string group = parts[2] == "/" ? "" : parts[2];
    if (parts[0] == "0" && parts[1].empty()) {
      TakeSmallest(base, group, QuotaV2, smallest);
      TakeSmallest(base + "/unified", group, QuotaV2, smallest);
      continue;
    }
    const std::vector<std::string> controllers = Split(parts[1], ',');
    if (std::find(controllers.begin(), controllers.end(), "cpu") == controllers.end()) continue;
    TakeSmallest(base + "/" + parts[1], group, QuotaV1, smallest);
    if (parts[1] != "cpu") TakeSmallest(base + "/cpu", group, QuotaV1, smallest);
  }
  return smallest;
}

uint32_t AutoShards(const std::string& root) {
  const uint32_t cpus = std::min(CpusInAffinityMask(), kShardsMax);
  const std::optional<double> quota = CgroupCpuQuota(root);
  if (!quota || *quota >= cpus) return cpus;
  return std::max(1u, static_cast<uint32_t>(std::floor(*quota)));
}

uint64_t RaiseOpenFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<uint64_t>::max() : limit.rlim_cur;
}

}  // namespace wsgate
