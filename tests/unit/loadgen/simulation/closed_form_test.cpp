#include "loadgen/simulation/closed_form.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/unit/loadgen/simulation/simulated_rush.hpp"

namespace fairrush::loadgen {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kPoints = 100;

TEST(ClosedForm, GivesTenMillisecondsOfAnExponentialRush1Point6PercentagePoints) {
  const auto clicks =
      make_distribution({.pattern = {.mean = milliseconds(500)}, .stages = {}}, seconds(60));
  const std::array users{DelayClass{milliseconds(0), 1.0}};
  const FirstComeFirstServed design(*clicks, users, 0.2);
  // docs/simulation.md: t* = .223 τ, density .8/τ.
  EXPECT_NEAR(std::chrono::duration<double>(design.sold_out_after()).count(), 0.223 * 0.5, 1e-3);
  EXPECT_NEAR(design.win_probability(milliseconds(0)), 0.2, 1e-9);
  const double lost =
      design.win_probability(milliseconds(0)) - design.win_probability(milliseconds(10));
  EXPECT_NEAR(lost * kPoints, 1.6, 0.02);
}

TEST(ClosedForm, GivesTenMillisecondsOfAUniformRushTheirShareOfTheWindow) {
  const auto clicks = uniform_distribution({}, seconds(2));
  const std::array users{DelayClass{milliseconds(5), 0.6}, DelayClass{milliseconds(105), 0.4}};
  const FirstComeFirstServed design(*clicks, users, 0.2);
  const double fast = design.win_probability(milliseconds(5));
  const double slow = design.win_probability(milliseconds(105));
  EXPECT_NEAR(fast - slow, 0.1 / 2, 1e-9);
  EXPECT_NEAR(0.6 * fast + 0.4 * slow, 0.2, 1e-9);
}

TEST(ClosedForm, LetsEverybodyWinWhenThereIsEnough) {
  const auto clicks = uniform_distribution({}, seconds(1));
  const std::array users{DelayClass{milliseconds(0), 0.5}, DelayClass{seconds(3), 0.5}};
  const FirstComeFirstServed design(*clicks, users, 1.0);
  EXPECT_NEAR(design.win_probability(milliseconds(0)), 1, 1e-9);
  EXPECT_NEAR(design.win_probability(seconds(3)), 1, 1e-9);
}

TEST(ClosedForm, LeavesNothingToUsersWhoAreSlowerThanTheSellOut) {
  const auto clicks = uniform_distribution({}, seconds(1));
  const std::array users{DelayClass{milliseconds(0), 0.9}, DelayClass{seconds(2), 0.1}};
  const FirstComeFirstServed design(*clicks, users, 0.2);
  EXPECT_EQ(design.win_probability(seconds(2)), 0);
}

TEST(ClosedForm, KnowsNoRushWithoutADensity) {
  Scenario scenario = sample_scenario();
  const Crowd crowd(scenario);
  const DelayBins bins(crowd);
  EXPECT_TRUE(expect_first_come(scenario, crowd, bins));
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  EXPECT_FALSE(expect_first_come(scenario, crowd, bins));
}

TEST(ClosedForm, ExpectsNothingWhereBotsCompete) {
  const Scenario scenario = sample_of_every_persona();
  const Crowd crowd(scenario);
  EXPECT_FALSE(expect_first_come(scenario, crowd, DelayBins(crowd)));
}

/// Three networks, first come, first served.
Scenario three_networks(ArrivalShape arrivals) {
  Scenario scenario;
  scenario.name = "three";
  scenario.users = 2'000;
  scenario.arrivals.pattern.shape = arrivals;
  scenario.arrivals.pattern.mean = milliseconds(500);
  scenario.arrivals.pattern.file.times = std::make_shared<const std::vector<Duration>>(
      std::vector<Duration>{milliseconds(1), milliseconds(90), milliseconds(400), seconds(1)});
  scenario.rush = arrivals == ArrivalShape::front_loaded ? seconds(20) : seconds(2);
  scenario.personas = {{Persona::honest, Share{1.0}}};
  scenario.cohorts = {{"near", Share{0.5}, DelaySpec::fixed(milliseconds(5))},
                      {"middle", Share{0.3}, DelaySpec::fixed(milliseconds(40))},
                      {"far", Share{0.2}, DelaySpec::fixed(milliseconds(90))}};
  return scenario;
}

class SimulatorAgainstClosedForm : public testing::TestWithParam<ArrivalShape> {};

TEST_P(SimulatorAgainstClosedForm, AgreesInEveryCohortWithinMonteCarloError) {
  constexpr std::uint32_t kRounds = 150;
  SimulatedRush rush(
      three_networks(GetParam()), "ticket-list",
      {.workers = 8, .service = DurationModel::exponential(milliseconds(2)), .jitter = {}});
  const DelayBins bins(rush.crowd);
  DelayCurve curve(bins.size());
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    curve.add(bins, rush.simulator.play(round, Recording::none).participants);
  }
  const auto expected = expect_first_come(rush.scenario, rush.crowd, bins);
  ASSERT_TRUE(expected);
  const std::vector<DelayBin> simulated = curve.bins(bins);
  ASSERT_EQ(simulated.size(), 3U);
  for (std::size_t bin = 0; bin < simulated.size(); ++bin) {
    const auto claims = static_cast<double>(simulated[bin].claims);
    const double rate = static_cast<double>(simulated[bin].wins) / claims;
    const double error = std::sqrt(expected->rates[bin] * (1 - expected->rates[bin]) / claims);
    EXPECT_NEAR(rate, expected->rates[bin], 4 * error) << simulated[bin].delay_ms << " ms";
  }
  EXPECT_NEAR(curve.pp_per_10ms(), expected->pp_per_10ms, 0.05);
}

INSTANTIATE_TEST_SUITE_P(Arrivals, SimulatorAgainstClosedForm,
                         testing::Values(ArrivalShape::uniform, ArrivalShape::poisson,
                                         ArrivalShape::front_loaded, ArrivalShape::ramp,
                                         ArrivalShape::steps, ArrivalShape::spike,
                                         ArrivalShape::trace));

TEST(ClosedForm, ExpectsTheSameOfEveryNetworkUnderADraw) {
  const Scenario scenario = three_networks(ArrivalShape::poisson);
  const Crowd crowd(scenario);
  const DelayBins bins(crowd);
  const ExpectedCurve curve = expect_draw(scenario, crowd, bins);
  EXPECT_EQ(curve.rates, std::vector<double>(3, 0.2));
  EXPECT_EQ(curve.pp_per_10ms, 0);
}

}  // namespace
}  // namespace fairrush::loadgen
