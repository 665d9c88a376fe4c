// What this machine gives the process: a name, processors and file descriptors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wsgate {

// A shard's number is eight bits of a SessionId.
inline constexpr uint32_t kShardsMax = 256;

// As gethostname() has it, cut at 255 characters.
[[nodiscard]] std::string HostName();

// Processors in the affinity mask, at least 1.
[[nodiscard]] uint32_t CpusInAffinityMask();

// Processors that the cgroup of this process and those above it leave to it (v1 cpu.cfs_quota_us,
// v2 cpu.max), the smallest of them; nullopt: no quota. `root` goes before /proc and /sys.
[[nodiscard]] std::optional<double> CgroupCpuQuota(const std::string& root = "");

// `shards: auto`: the smaller of the two, a quota rounded down because a shard that is throttled
// stalls its sessions; 1 to kShardsMax.
[[nodiscard]] uint32_t AutoShards(const std::string& root = "");

// Raises the soft limit of open files to the hard one and returns what is then in force.
uint64_t RaiseOpenFileLimit();

}  // namespace wsgate
