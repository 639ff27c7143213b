// Whether a gap of the stated size is seen as often as stated, and equivalence shown in the stated
// rounds, by rushes that are simulated from the first click to the last.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/fairness/fairness.hpp"
#include "analysis/fairness/statistics/planning.hpp"
#include "server/designs/chance.hpp"
#include "tests/unit/loadgen/simulation/simulated_rush.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::StudySize;
using server::Decision;

/// FAIRRUSH_POWER_RUNS=1000 for the long proof.
std::uint64_t power_runs() {
  const char* const runs = std::getenv("FAIRRUSH_POWER_RUNS");
  return runs == nullptr ? 60 : std::strtoull(runs, nullptr, 10);
}

/// How far a count of power_runs() with this probability may stray: 99.9 %, two-sided.
double binomial_error(double probability) {
  return 3.2905 * std::sqrt(static_cast<double>(power_runs()) * probability * (1 - probability));
}

double expected(double probability) {
  return probability * static_cast<double>(power_runs());
}

/// A fair draw, of which `more_wins` are then taken from users of the one cohort and given to users
/// of the other: the gap is known, and chance stays what it is in a fair draw.
class LeaningDraw final : public server::Design {
 public:
  LeaningDraw(const server::EventSpec& spec, const server::EventSecrets& secrets, double more_wins)
      : rule_(spec.quota), chance_(secrets.draw, "leaning"), more_wins_(more_wins) {}

  void granted(const server::Holder& holder) override {
    favoured_.push_back(holder.cohort == "favoured");
  }
  void reservations_closed() override {
    drawn_.assign(favoured_.size(), false);
    const auto order = chance_.order(static_cast<std::uint32_t>(favoured_.size()));
    for (std::uint32_t place = 0; place < quota(); ++place) drawn_[order[place] - 1] = true;
    // A part of a win is given in some rounds and not in others.
    constexpr std::uint32_t kParts = 1'000'000;
    const double part = static_cast<double>(chance_.below(kParts)) / kParts;
    auto left = static_cast<std::uint32_t>(std::floor(more_wins_ + part));
    auto givers = left;
    for (auto ticket = order.rbegin(); ticket != order.rend(); ++ticket) {
      const std::size_t place = *ticket - 1;
      const bool takes = favoured_[place] && !drawn_[place] && left > 0;
      const bool gives = !favoured_[place] && drawn_[place] && givers > 0;
      if (takes) --left;
      if (gives) --givers;
      if (takes || gives) drawn_[place] = !drawn_[place];
    }
  }
  Decision decide(TicketNumber ticket, Duration) override {
    if (!drawn_.at(ticket.value() - 1)) return {.kind = Decision::Kind::lost};
    return {.kind = Decision::Kind::won, .serial = ticket.value()};
  }
  bool recall(TicketNumber, server::CouponSerial) override { return false; }
  std::uint32_t quota() const override {
    return rule_.coupons(static_cast<std::uint32_t>(favoured_.size()));
  }
  std::uint32_t remaining() const override { return 0; }
  server::ErrorCode loss() const override { return server::ErrorCode::not_drawn; }

 private:
  server::QuotaRule rule_;
  server::Chance chance_;
  double more_wins_;
  std::vector<bool> favoured_;  ///< by ticket − 1
  std::vector<bool> drawn_;     ///< likewise
};

/// Two halves on one network, all of whom come.
Scenario two_halves(std::uint32_t users, std::uint64_t seed) {
  Scenario scenario = sample_scenario();
  scenario.users = users;
  scenario.seed = seed;
  scenario.show_up = Share{1};
  scenario.personas = {{Persona::honest, Share{1}}};
  scenario.winners = {};
  const DelaySpec delay = DelaySpec::fixed(std::chrono::milliseconds(10));
  scenario.cohorts = {{"favoured", Share{0.5}, delay}, {"other", Share{0.5}, delay}};
  return scenario;
}

/// The figures of a study in which the favoured half wins `more_wins` more in every round.
analysis::FairnessFigures study(StudySize size, double more_wins, std::uint64_t seed) {
  const Scenario scenario = two_halves(static_cast<std::uint32_t>(size.participants), seed);
  const Crowd crowd(scenario);
  const ServiceModel model;
  cli::RushRules rules = cli::rules_of(scenario, "power", {.design = "sealed-draw"});
  rules.make_design = [more_wins](const server::EventSpec& spec,
                                  const server::EventSecrets& secrets) {
    return std::make_unique<LeaningDraw>(spec, secrets, more_wins);
  };
  cli::RushTarget target(std::move(rules));
  RoundSimulator simulator(scenario, crowd, model, target);
  const analysis::RunFacts facts = describe_run(scenario);
  analysis::FairnessStudy rounds(facts);
  for (std::uint32_t round = 0; round < size.rounds; ++round) {
    rounds.add(simulator.play(round, Recording::none).participants);
  }
  return rounds.figures();
}

TEST(SimulatedPower, ToSeeTheStatedGapBetweenHalvesIsEightyPerCent) {
  const StudySize size{3'000, 0.2, 1};
  // A gap between two halves moves a quarter of N·gap wins from one to the other.
  const double more_wins = size.participants / 4 * detectable_gap_pp(size) / 100;
  int seen = 0;
  for (std::uint64_t run = 1; run <= power_runs(); ++run) {
    const analysis::FairnessFigures figures = study(size, more_wins, run);
    const analysis::TestResult* const test = figures.test("cohorts");
    ASSERT_NE(test, nullptr);
    seen += test->p_value < 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(seen, expected(0.8), binomial_error(0.8));
}

/// In how many of power_runs() studies of the stated rounds the favoured half is shown to win as
/// often as everybody, when it wins by `gap` more.
int shown_equivalent(double gap) {
  constexpr double kMargin = 0.01;
  constexpr double kUsers = 300;
  StudySize size{kUsers, 0.2, 1};
  size.rounds = rounds_needed(size, kUsers / 2, kMargin);
  int shown = 0;
  for (std::uint64_t run = 1; run <= power_runs(); ++run) {
    const analysis::FairnessFigures figures = study(size, gap * kUsers / 2, run);
    const auto row =
        std::ranges::find(figures.equivalence, "favoured", &analysis::EquivalenceResult::label);
    if (row != figures.equivalence.end() && row->p_value < 0.05) ++shown;
  }
  return shown;
}

TEST(SimulatedPower, ToShowEquivalenceInTheStatedRoundsIsNinetyPerCent) {
  EXPECT_NEAR(shown_equivalent(0), expected(0.9), binomial_error(0.9));
}

TEST(SimulatedSize, OfEquivalenceAtTheMarginIsFivePerCent) {
  EXPECT_NEAR(shown_equivalent(0.01), expected(0.05), binomial_error(0.05));
}

}  // namespace
}  // namespace fairrush::loadgen
