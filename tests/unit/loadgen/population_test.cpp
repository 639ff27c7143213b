#include "loadgen/population.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "tests/unit/loadgen/sample_scenario.hpp"

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

template <class Predicate>
double share_of(const Population& population, Predicate predicate) {
  double count = 0;
  for (std::uint32_t index = 0; index < population.size(); ++index) {
    if (predicate(UserIndex{index})) ++count;
  }
  return count / population.size();
}

/// Three standard deviations of a share p seen in n users.
double tolerance(double p, double n) {
  return 3 * std::sqrt(p * (1 - p) / n);
}

TEST(Population, MixesCohortsAndPersonasByTheirShares) {
  const Population population(sample_scenario());
  const double mobile =
      share_of(population, [&](UserIndex user) { return population.cohort_of(user).value() == 1; });
  EXPECT_NEAR(mobile, 0.4, tolerance(0.4, population.size()));
  const double retriers = share_of(
      population, [&](UserIndex user) { return population.persona_of(user) == Persona::retrier; });
  EXPECT_NEAR(retriers, 0.05, tolerance(0.05, population.size()));
}

TEST(Population, ChoosesPersonaAndCohortIndependently) {
  const Population population(sample_scenario());
  const double both = share_of(population, [&](UserIndex user) {
    return population.cohort_of(user).value() == 1 &&
           population.persona_of(user) == Persona::honest;
  });
  EXPECT_NEAR(both, 0.4 * 0.8, tolerance(0.32, population.size()));
}

TEST(Population, DoesNotChangeAUserWhenOthersAreAdded) {
  Scenario scenario = sample_scenario();
  const Population small(scenario);
  scenario.users *= 2;
  const Population large(scenario);
  for (std::uint32_t index = 0; index < small.size(); ++index) {
    const UserIndex user{index};
    ASSERT_EQ(small.persona_of(user), large.persona_of(user));
    ASSERT_EQ(small.one_way_delay_of(user), large.one_way_delay_of(user));
  }
}

TEST(Population, GivesAFixedDelayToEveryUserOfItsCohort) {
  const Population population(sample_scenario());
  const double exact = share_of(population, [&](UserIndex user) {
    return population.cohort_of(user).value() == 1 || population.one_way_delay_of(user) == 5ms;
  });
  EXPECT_EQ(exact, 1.0);
}

TEST(Population, MeetsTheMedianAndP99OfALogNormalDelay) {
  Scenario scenario = sample_scenario();
  scenario.users = 100'000;
  const Population population(scenario);
  std::vector<Duration> delays;
  for (std::uint32_t index = 0; index < population.size(); ++index) {
    const UserIndex user{index};
    if (population.cohort_of(user).value() == 1)
      delays.push_back(population.one_way_delay_of(user));
  }
  std::ranges::sort(delays);
  const auto at = [&delays](double q) {
    const auto place = static_cast<std::size_t>(q * static_cast<double>(delays.size()));
    return std::chrono::duration<double, std::milli>(delays[place]).count();
  };
  EXPECT_NEAR(at(0.5), 60, 1.2);
  EXPECT_NEAR(at(0.99), 400, 24);
  EXPECT_LE(delays.back(), kDelayMax);
}

/// The delays of a thousand users in ascending order.
std::vector<Duration> delays_under(const DelaySpec& spec) {
  Scenario scenario = sample_scenario();
  scenario.users = 1'000;
  scenario.cohorts = {{"all", Share{1}, spec}};
  scenario.personas = {{Persona::honest, Share{1}}};
  const Population population(scenario);
  std::vector<Duration> delays;
  for (std::uint32_t index = 0; index < population.size(); ++index) {
    delays.push_back(population.one_way_delay_of(UserIndex{index}));
  }
  std::ranges::sort(delays);
  return delays;
}

TEST(Population, SpreadsUniformDelaysEvenlyBetweenTheirBounds) {
  const auto delays = delays_under(DelaySpec::uniform(10ms, 30ms));
  EXPECT_GE(delays.front(), 10ms);
  EXPECT_LE(delays.back(), 30ms);
  const auto below = std::ranges::lower_bound(delays, Duration(15ms)) - delays.begin();
  EXPECT_NEAR(static_cast<double>(below), 250, 3 * std::sqrt(1000 * 0.25 * 0.75));
}

TEST(Population, TakesDelaysFromAFileAsOftenAsTheyStandThere) {
  DelaySpec spec{.kind = DelayKind::file};
  spec.file.times =
      std::make_shared<const std::vector<Duration>>(std::vector<Duration>{1ms, 2ms, 2ms, 80ms});
  const auto delays = delays_under(spec);
  const auto count = [&delays](Duration delay) {
    return static_cast<double>(std::ranges::count(delays, delay));
  };
  EXPECT_EQ(count(1ms) + count(2ms) + count(80ms), 1000);
  EXPECT_NEAR(count(2ms), 500, 3 * std::sqrt(1000 * 0.5 * 0.5));
  EXPECT_NEAR(count(80ms), 250, 3 * std::sqrt(1000 * 0.25 * 0.75));
}

TEST(Population, KeepsIntrudersOffTheRosterAndInTheRush) {
  Scenario scenario = sample_scenario();
  scenario.show_up = Share{0};
  const Population population(scenario);
  for (std::uint32_t index = 0; index < population.size(); ++index) {
    const UserIndex user{index};
    const bool intruder = population.persona_of(user) == Persona::intruder;
    ASSERT_EQ(population.reserves(user), !intruder);
    ASSERT_EQ(population.claims(user), intruder);
  }
}

TEST(Population, TakesWhomTheRostersListDoesNotNameForIntruders) {
  Scenario scenario = sample_scenario();
  scenario.personas = {{Persona::bot, Share{1}}};
  scenario.show_up = Share{0};
  RosterList list;
  list.listed.users.resize((scenario.users + 7) / 8, 0b00000101);
  scenario.roster_list = std::make_shared<const RosterList>(list);
  const Population population(scenario);
  for (std::uint32_t index = 0; index < population.size(); ++index) {
    const UserIndex user{index};
    const bool listed = index % 8 == 0 || index % 8 == 2;
    ASSERT_EQ(population.persona_of(user), listed ? Persona::bot : Persona::intruder) << index;
    ASSERT_EQ(population.claims(user), !listed);
  }
}

TEST(Population, LetsTheStatedShareShowUp) {
  Scenario scenario = sample_scenario();
  scenario.personas = {{Persona::honest, Share{1}}};
  scenario.show_up = Share{0.4};
  const Population population(scenario);
  const double claiming =
      share_of(population, [&](UserIndex user) { return population.claims(user); });
  EXPECT_NEAR(claiming, 0.4, tolerance(0.4, population.size()));
}

}  // namespace
}  // namespace fairrush::loadgen
