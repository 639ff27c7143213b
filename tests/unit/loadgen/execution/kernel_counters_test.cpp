#include "loadgen/execution/kernel_counters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::loadgen {
namespace {

using testing::ElementsAre;

constexpr std::string_view kRoot = "/sys/fs/cgroup/cpu.stat";
constexpr std::string_view kCpuRoot = "/sys/fs/cgroup/cpu/cpu.stat";

TEST(Throttling, IsReadInBothVersionsOfCgroups) {
  const auto first = parse_throttling("nr_periods 10\nnr_throttled 3\nthrottled_time 2500\n");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->periods, 3U);
  EXPECT_EQ(first->ns, 2500U);
  const auto second = parse_throttling(
      "usage_usec 7\nuser_usec 5\nsystem_usec 2\nnr_periods 9\nnr_throttled 4\nthrottled_usec 6\n");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->periods, 4U);
  EXPECT_EQ(second->ns, 6000U);
}

TEST(Throttling, IsUnknownWithoutAQuota) {
  EXPECT_FALSE(parse_throttling(""));
  EXPECT_FALSE(parse_throttling("usage_usec 7\nuser_usec 5\nsystem_usec 2\n"));
  EXPECT_FALSE(parse_throttling("nr_throttled many\nthrottled_usec 6\n"));
}

TEST(CpuStatPlaces, AreTheProcessesOwnCgroupFirst) {
  EXPECT_THAT(cpu_stat_places("5:memory:/m\n4:cpuacct,cpu:/jobs/7\n0::/\n"),
              ElementsAre("/sys/fs/cgroup/cpu/jobs/7/cpu.stat", "/sys/fs/cgroup/cpu.stat", kCpuRoot,
                          kRoot));
  EXPECT_THAT(cpu_stat_places("0::/user.slice\n"),
              ElementsAre("/sys/fs/cgroup/user.slice/cpu.stat", kCpuRoot, kRoot));
  EXPECT_THAT(cpu_stat_places("2:cpuacct:/\nnonsense"), ElementsAre(kCpuRoot, kRoot));
}

constexpr std::string_view kNetstat =
    "TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPReqQFullDrop\n"
    "TcpExt: 1 20 30 40\n"
    "IpExt: InNoRoutes ListenDrops\n"
    "IpExt: 7 8\n";

TEST(HostCounters, AreFoundByTheirNames) {
  const auto host = parse_host(kNetstat, "Ip: A\nIp: 1\nTcp: InSegs RetransSegs\nTcp: 5 -6\n");
  EXPECT_EQ(host.listen_overflows, 20U);
  EXPECT_EQ(host.listen_drops, 30U);
  EXPECT_EQ(host.request_queue_drops, 40U);
  EXPECT_EQ(host.retransmits, std::nullopt) << "no count";
}

TEST(HostCounters, AreUnsetWhereTheKernelDoesNotHaveThem) {
  const auto host = parse_host("TcpExt: ListenDrops\n", "Tcp: RetransSegs\nTcp:\n");
  EXPECT_EQ(host.listen_drops, std::nullopt);
  EXPECT_EQ(host.retransmits, std::nullopt);
}

TEST(HostCounters, AreSummedWhereBothEndsAreKnown) {
  analysis::HostFacts sum;
  const analysis::HostFacts start = parse_host(kNetstat, "");
  analysis::HostFacts end = start;
  end.listen_drops = 33;
  end.listen_overflows = 2;  // a kernel that started anew
  end.retransmits = 9;
  add_difference(sum, start, end);
  add_difference(sum, start, end);
  EXPECT_EQ(sum.listen_drops, 6U);
  EXPECT_EQ(sum.listen_overflows, std::nullopt);
  EXPECT_EQ(sum.request_queue_drops, 0U);
  EXPECT_EQ(sum.retransmits, std::nullopt);
}

}  // namespace
}  // namespace fairrush::loadgen
