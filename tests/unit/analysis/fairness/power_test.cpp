// Whether the tests reject as often as they say: over fair runs their size, over biased ones their
// power. All numbers are seeded, so that nothing here can fail by chance on another day.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "analysis/fairness/judgement.hpp"
#include "analysis/fairness/statistics/difference.hpp"
#include "analysis/fairness/statistics/hypergeometric.hpp"
#include "analysis/fairness/statistics/planning.hpp"
#include "tests/unit/analysis/fairness/drawn_rounds.hpp"

namespace fairrush::analysis {
namespace {

constexpr int kRuns = 1'000;

/// How far a count of kRuns with this probability may stray: 99.9 %, two-sided.
double binomial_error(double probability) {
  return 3.2905 * std::sqrt(kRuns * probability * (1 - probability));
}

TEST(Size, OfTheFamilyAndOfEveryTestIsWhatTheySay) {
  constexpr double kLevel = 0.05;
  int false_alarms = 0;
  std::map<std::string, int> rejected;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    const RunFacts facts = study_facts(run + 1);
    FairnessStudy study(facts);
    const DrawnRounds rounds{.users = 500, .winners = 100, .show_up = 0.8, .seed = run + 1};
    for (std::uint32_t round = 0; round < 3; ++round) study.add(rounds.round(round));
    bool alarm = false;
    for (const TestResult& test : study.figures().tests) {
      ASSERT_TRUE(test.computed) << test.id;
      rejected[test.id] += test.p_value < kLevel ? 1 : 0;
      alarm = alarm || (test.family == TestFamily::primary && test.rejected);
    }
    false_alarms += alarm ? 1 : 0;
  }
  // One in a thousand: six or more have a probability of 0.06 %.
  EXPECT_LE(false_alarms, 5);
  for (const auto& [id, count] : rejected) {
    EXPECT_LE(count, kRuns * kLevel + binomial_error(kLevel)) << id;
    // A Bonferroni bound over dependent patterns rejects less often than it may.
    const bool bound = id == "predictability";
    EXPECT_GE(count, bound ? 5 : kRuns * kLevel - binomial_error(kLevel)) << id;
  }
}

/// Studies of one group whose wins are drawn and then shifted by a constant number.
class ShiftedDraws {
 public:
  ShiftedDraws(StudySize study, double members, double more_wins)
      : study_(study),
        all_{static_cast<std::uint64_t>(study.participants),
             static_cast<std::uint64_t>(std::lround(study.participants * study.win_share))},
        members_(static_cast<std::uint64_t>(members)),
        shift_(more_wins) {}

  Difference study(std::uint64_t number) const {
    const Hypergeometric draw({all_.members, all_.wins, members_});
    const CounterRandom random(number, Stream::fairness_draws);
    std::vector<Stratum> rounds;
    // A part of a win is given in some rounds and not in others.
    double owed = random.uniform(study_.rounds);
    for (std::uint64_t round = 0; round < study_.rounds; ++round) {
      owed += shift_;
      const double given = std::floor(owed);
      owed -= given;
      const double wins = static_cast<double>(draw.sample(random.uniform(round))) + given;
      rounds.push_back({all_, {members_, static_cast<std::uint64_t>(std::max(0.0, wins))}});
    }
    return *pooled_difference(rounds);
  }

 private:
  StudySize study_;
  Tally all_;
  std::uint64_t members_;
  double shift_;
};

TEST(Power, ToSeeTheStatedGapBetweenHalvesIsEightyPerCent) {
  for (const StudySize size : {StudySize{3'000, 0.2, 1}, StudySize{300, 0.2, 30}}) {
    // A gap between two halves moves a quarter of N·gap wins from one to the other.
    const double more_wins = size.participants / 4 * detectable_gap_pp(size) / 100;
    const ShiftedDraws draws(size, size.participants / 2, more_wins);
    int seen = 0;
    for (std::uint64_t run = 0; run < kRuns; ++run) seen += draws.study(run).p_value < 0.05 ? 1 : 0;
    EXPECT_NEAR(seen, 800, binomial_error(0.8)) << size.rounds;
  }
}

/// How many of kRuns studies show equivalence when the group wins by `gap` more than all.
int shown(StudySize size, double members, double gap) {
  constexpr double kMargin = 0.01;
  size.rounds = rounds_needed(size, members, kMargin);
  const ShiftedDraws draws(size, members, gap * members);
  int shown = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    shown += equivalence_p(draws.study(run).from_all, kMargin) < 0.05 ? 1 : 0;
  }
  return shown;
}

TEST(Power, ToShowEquivalenceInTheStatedRoundsIsNinetyPerCent) {
  EXPECT_NEAR(shown({300, 0.2, 1}, 100, 0), 900, binomial_error(0.9));
  EXPECT_NEAR(shown({3'000, 0.2, 1}, 300, 0), 900, binomial_error(0.9));
}

TEST(Size, OfEquivalenceAtTheMarginIsFivePerCent) {
  for (const double gap : {0.01, -0.01}) {
    EXPECT_NEAR(shown({300, 0.2, 1}, 100, gap), 50, binomial_error(0.05)) << gap;
    EXPECT_NEAR(shown({3'000, 0.2, 1}, 300, gap), 50, binomial_error(0.05)) << gap;
  }
}

}  // namespace
}  // namespace fairrush::analysis
