#include "analysis/latency/lags.hpp"

#include <gtest/gtest.h>

#include "analysis/latency/histogram.hpp"

namespace fairrush::analysis {
namespace {

TEST(LagSteps, EndAtOneTwoOrFiveTimesAPowerOfTenAndCountEveryClickOnce) {
  Histogram lag;
  for (const std::uint64_t lag_ns : {0U, 9'000U, 15'000U, 18'000U, 90'000U, 3'000'000U}) {
    lag.record(lag_ns);
  }
  const auto steps = lag_steps(lag);
  ASSERT_EQ(steps.size(), 4U);
  const std::uint64_t bounds[] = {10'000, 20'000, 100'000, 3'000'000};
  const std::uint64_t clicks[] = {2, 2, 1, 1};
  for (std::size_t step = 0; step < steps.size(); ++step) {
    EXPECT_EQ(steps[step].up_to_ns, bounds[step]);
    EXPECT_EQ(steps[step].clicks, clicks[step]);
  }
  EXPECT_TRUE(lag_steps({}).empty());
}

}  // namespace
}  // namespace fairrush::analysis
