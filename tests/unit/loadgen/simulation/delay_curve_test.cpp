#include "loadgen/simulation/delay_curve.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace fairrush::loadgen {
namespace {

using std::chrono::milliseconds;

/// Users of one network with one delay, and of one with a delay each.
Scenario two_networks(std::uint32_t users) {
  Scenario scenario;
  scenario.users = users;
  scenario.personas = {{Persona::honest, Share{1.0}}};
  scenario.cohorts = {
      {"near", Share{0.6}, DelaySpec::fixed(milliseconds(5))},
      {"far", Share{0.4}, DelaySpec::log_normal(milliseconds(60), milliseconds(400))}};
  return scenario;
}

TEST(DelayBins, LeaveNoBinOfAFewUsersAtTheEnd) {
  // Of 300 to 340 users other numbers are left over each time.
  for (std::uint32_t users = 300; users < 340; ++users) {
    const Crowd crowd(two_networks(users));
    const DelayBins bins(crowd);
    const std::size_t wanted = users / DelayBins::kBinsMax;
    for (const DelayBin& bin : bins.bins()) EXPECT_GE(bin.users * 2, wanted) << users;
  }
}

TEST(DelayBins, HoldEveryUserOnceInTheOrderOfDelays) {
  const Crowd crowd(two_networks(311));
  const DelayBins bins(crowd);
  std::vector<std::uint64_t> users(bins.size());
  std::vector<double> delays(bins.size());
  for (std::uint32_t user = 0; user < crowd.size(); ++user) {
    ++users.at(bins.bin_of(user));
    delays.at(bins.bin_of(user)) += crowd.of(UserIndex(user)).delay_us / 1000.0;
  }
  EXPECT_TRUE(std::ranges::is_sorted(bins.bins(), {}, &DelayBin::delay_ms));
  EXPECT_EQ(std::accumulate(users.begin(), users.end(), std::uint64_t{0}), crowd.size());
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    EXPECT_EQ(bins.bins()[bin].users, users[bin]);
    EXPECT_NEAR(bins.bins()[bin].delay_ms, delays[bin] / static_cast<double>(users[bin]), 1e-6);
  }
}

}  // namespace
}  // namespace fairrush::loadgen
