#include "gateway/config/host.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include "tests/unit/config/temp_dir.h"

namespace wsgate {
namespace {

TEST(HostTest, NoCgroupMeansNoQuota) {
  const TempDir root;
  EXPECT_EQ(CgroupCpuQuota(root.Path("")), std::nullopt);
  EXPECT_EQ(AutoShards(root.Path("")), CpusInAffinityMask());
}

TEST(HostTest, VersionTwoReadsCpuMax) {
  const TempDir root;
  root.Write("proc/self/cgroup", "0::/\n");
  root.Write("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(CgroupCpuQuota(root.Path("")), std::nullopt);
  root.Write("sys/fs/cgroup/cpu.max", "250000 100000\n");
  EXPECT_EQ(CgroupCpuQuota(root.Path("")), 2.5);
}

TEST(HostTest, TheSmallestQuotaOnTheWayUpCounts) {
  const TempDir root;
  root.Write("proc/self/cgroup", "0::/pods/one\n");
  root.Write("sys/fs/cgroup/pods/one/cpu.max", "400000 100000\n");
  EXPECT_EQ(CgroupCpuQuota(root.Path("")), 4.0);
  root.Write("sys/fs/cgroup/pods/cpu.max", "150000 100000\n");
  EXPECT_EQ(CgroupCpuQuota(root.Path("")), 1.5);
  root.Write("sys/fs/cgroup/pods/two/cpu.max", "10000 100000\n");
  EXPECT_EQ(CgroupCpuQuota(root.Path("")), 1.5) << "a sibling's quota is not ours";
}

TEST(HostTest, VersionOneReadsQuotaAndPeriod) {
  const TempDir root;
  root.Write("proc/self/cgroup", "9:memory:/x\n4:cpu,cpuacct:/docker/abc\n0::/\n");
  root.Write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  root.Write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(CgroupCpuQuota(root.Path("")), std::nullopt);
  // A container sees its own group as the root, whatever /proc calls it.
  root.Write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
  EXPECT_EQ(CgroupCpuQuota(root.Path("")), 0.5);
}

TEST(HostTest, VersionOneIsFoundUnderItsShortName) {
  const TempDir root;
  root.Write("proc/self/cgroup", "1:cpu:/a:b\n");
  root.Write("sys/fs/cgroup/cpu/a:b/cpu.cfs_quota_us", "300000\n");
  root.Write("sys/fs/cgroup/cpu/a:b/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(CgroupCpuQuota(root.Path("")), 3.0);
}

TEST(HostTest, ShardsAreTheSmallerOfMaskAndQuotaAndAtLeastOne) {
  const TempDir root;
  root.Write("proc/self/cgroup", "0::/\n");
  root.Write("sys/fs/cgroup/cpu.max", "20000 100000\n");
  EXPECT_EQ(AutoShards(root.Path("")), 1u) << "a fifth of a processor still needs a shard";
  root.Write("sys/fs/cgroup/cpu.max", "190000 100000\n");
  EXPECT_EQ(AutoShards(root.Path("")), 1u) << "rounded down";
  root.Write("sys/fs/cgroup/cpu.max", "100000000 100000\n");
  EXPECT_EQ(AutoShards(root.Path("")), CpusInAffinityMask());
}

TEST(HostTest, TheAffinityMaskIsThisThreads) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  EXPECT_EQ(CpusInAffinityMask(), static_cast<uint32_t>(CPU_COUNT(&before)));
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(CpusInAffinityMask(), 1u);
  ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
}

TEST(HostTest, TheSoftFileLimitGoesUpToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(RaiseOpenFileLimit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  EXPECT_EQ(RaiseOpenFileLimit(), before.rlim_max) << "and stays there";
}

}  // namespace
}  // namespace wsgate
