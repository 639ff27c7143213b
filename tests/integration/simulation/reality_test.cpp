// The simulator against reality: the same small rush over real sockets and in virtual time.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/assessment.hpp"
#include "tests/integration/cli/command.hpp"

namespace fairrush::cli_test {
namespace {

constexpr const char* kRounds = "20";  // simulated, against the one that is real

/// 3,000 users on two networks. First come, first served, the last coupon goes 0.6 s after the
/// opening: 0.2 = F(t)/2 + F(t − 0.4 s)/2, with clicks spread evenly over 2 s. By then 0.3 of the
/// near users have come and 0.1 of the far ones, or 0.125 of those who come before the close. A
/// draw gives both 0.2.
std::string rush(std::string_view near_delay, std::string_view far_delay) {
  return fmt::format(R"(
question = "Does a simulated rush go as a real one?"
[event]
coupons = "20%"
lead    = "200ms"
reserve = "2s"
pause   = "300ms"
rush    = "2s"
[population]
users   = 3000
cohorts = [ {{ name = "near", share = 0.5, one_way_delay = "{}" }},
            {{ name = "far",  share = 0.5, one_way_delay = "{}" }} ]
[arrivals]
shape = "poisson"
[checks]
fairness = "report"
)",
                     near_delay, far_delay);
}

std::string true_rush() {
  return rush("1ms", "401ms");
}

/// What a run, real or simulated, has to say of a cohort.
struct CohortWins {
  std::string cohort;
  double claims = 0;
  double wins = 0;
};

struct Played {
  std::vector<CohortWins> cohorts;
  std::string invalid;  ///< why its figures are not to be believed; empty: they are
};

Played play(const std::string& command, const std::string& scenario, std::string_view design,
            std::vector<std::string> more = {}) {
  const WorkDirectory work;
  std::vector<std::string> arguments{command,
                                     work.write("rush.toml", scenario),
                                     "--out",
                                     work.path("run"),
                                     "--quiet",
                                     "--set",
                                     fmt::format("target.builtin.design={}", design)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const CommandEnd end = run_command(std::move(arguments));
  const auto run = analysis::load_run({work.path("run")});
  EXPECT_TRUE(run) << run.error() << end.err;
  Played played;
  if (!run) return played;
  const analysis::Assessment assessment = analysis::assess(*run);
  for (const analysis::GroupRate& group : assessment.fairness.cohorts) {
    played.cohorts.push_back(
        {group.label, static_cast<double>(group.claimed), static_cast<double>(group.wins)});
  }
  const auto instrument =
      std::ranges::find(assessment.invariants, "I20", &analysis::CheckResult::id);
  if (instrument->verdict != analysis::CheckVerdict::pass) played.invalid = instrument->finding;
  return played;
}

Played simulate(const std::string& scenario, std::string_view design) {
  return play("simulate", scenario, design, {"--rounds", kRounds});
}

/// Where two runs disagree: the cohorts whose win rates differ by more than
///
///     z · √(p (1 − p) (1/m₁ + 1/m₂)),   p = (w₁ + w₂)/(m₁ + m₂),   z = 3.2905,
///
/// the 99.9 % interval of a difference of w₁/m₁ and w₂/m₂ that are one and the same probability
/// (normal approximation of two binomials). Wins within a round are drawn without replacement,
/// which leaves a cohort of half the users half that variance: two runs that do agree fall out of
/// it far less often than once in a thousand times.
std::vector<std::string> disagreements(const Played& one, const Played& other) {
  constexpr double kZ = 3.2905;
  std::vector<std::string> found;
  EXPECT_EQ(one.cohorts.size(), other.cohorts.size());
  for (std::size_t place = 0; place < std::min(one.cohorts.size(), other.cohorts.size()); ++place) {
    const CohortWins& a = one.cohorts[place];
    const CohortWins& b = other.cohorts[place];
    const double p = (a.wins + b.wins) / (a.claims + b.claims);
    const double allowed = kZ * std::sqrt(p * (1 - p) * (1 / a.claims + 1 / b.claims));
    const double difference = a.wins / a.claims - b.wins / b.claims;
    if (std::abs(difference) <= allowed) continue;
    found.push_back(
        fmt::format("{}: {:.1f} % and {:.1f} %, {:.1f} percentage points apart, {:.1f} "
                    "allowed",
                    a.cohort, 100 * a.wins / a.claims, 100 * b.wins / b.claims, 100 * difference,
                    100 * allowed));
  }
  return found;
}

TEST(SimulatedAgainstReal, GivesNetworksTheChancesTheyHaveFirstComeFirstServed) {
  const Played real = play("run", true_rush(), "ticket-list");
  if (!real.invalid.empty()) GTEST_SKIP() << "the real run is invalid: " << real.invalid;
  EXPECT_EQ(disagreements(real, simulate(true_rush(), "ticket-list")), std::vector<std::string>());
  // And the comparison sees a model that is wrong: the networks' delays are swapped.
  const Played swapped = simulate(rush("401ms", "1ms"), "ticket-list");
  EXPECT_EQ(disagreements(real, swapped).size(), 2U) << "near and far";
}

TEST(SimulatedAgainstReal, GivesNetworksTheSameChancesInADraw) {
  const Played real = play("run", true_rush(), "sealed-draw");
  if (!real.invalid.empty()) GTEST_SKIP() << "the real run is invalid: " << real.invalid;
  EXPECT_EQ(disagreements(real, simulate(true_rush(), "sealed-draw")), std::vector<std::string>());
  // And the comparison sees a model that is wrong: who comes first is served first.
  const Played first_come = simulate(true_rush(), "ticket-list");
  EXPECT_EQ(disagreements(real, first_come).size(), 2U) << "near and far";
}

}  // namespace
}  // namespace fairrush::cli_test
