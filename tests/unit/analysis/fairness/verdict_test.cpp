// What a run is called in the end, as far as chances decide it.
#include <gtest/gtest.h>

#include <string>

#include "base/random/permutation.hpp"
#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

constexpr std::uint32_t kUsers = 600;
constexpr std::uint32_t kCoupons = 120;

/// 600 users of whom a shuffle decides 120; nothing is published.
RunBuilder shuffled_run(std::uint64_t seed = 3) {
  const Permutation shuffle(kUsers, seed, Stream::claim_order);
  RunBuilder run;
  run.facts.quota = {.share = Share{0.2}, .count = {}};
  run.facts.allocation = Allocation::unknown;
  run.facts.rounds.front().announced_roster = kUsers;
  run.facts.rounds.front().announced_coupons = kCoupons;
  run.with_ledger();
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    const Attempt attempt = claim(user).at(milliseconds(user * 10));
    const std::string coupon = "C" + std::to_string(user);
    run.add(reserved(user));
    if (shuffle.at(user) < kCoupons) {
      run.add(Attempt(attempt).wins(coupon)).issued(user, coupon);
    } else {
      run.add(Attempt(attempt).loses(Reason::not_drawn));
    }
  }
  return run;
}

/// The same, of two cohorts; losers of the second one never hear of it.
RunBuilder with_silent_losers() {
  RunBuilder run = shuffled_run();
  run.facts.cohorts = {{"fibre", 0.5, "5ms"}, {"mobile", 0.5, "60ms"}};
  for (Attempt& attempt : run.attempts()) {
    const AttemptRecord& record = attempt.record();
    attempt.cohort(static_cast<std::uint16_t>(record.user % 2));
    if (record.user % 2 == 1 && record.result() == Outcome::loss) attempt.unanswered();
  }
  return run;
}

Assessment assessment_of(const RunBuilder& run) {
  return assess(run.build()->evidence);
}

/// Two rounds with a wide margin; of the first `kept` the attempts were kept.
Assessment with_rounds_kept(std::uint32_t kept) {
  RunFacts facts = shuffled_run().build()->evidence.facts;
  facts.fairness_margin = Share{0.1};
  facts.rounds.resize(2, facts.rounds.front());
  Assessor assessor(facts);
  for (std::uint32_t number = 0; number < 2; ++number) {
    const auto built = shuffled_run(3 + number).build();
    RoundAssessment round = assess_round(built->evidence.round(0));
    round.number = number;
    if (number >= kept) {
      facts.rounds[number].unrecorded = "too many";
      round.invariants.clear();
    }
    assessor.add(std::move(round));
  }
  return assessor.finish();
}

TEST(FairnessVerdict, SaysInHowManyRoundsTheChecksPassWhenSomeWereNotKept) {
  const Assessment assessment = with_rounds_kept(1);
  EXPECT_EQ(assessment.verdict, RunVerdict::fair) << assessment.verdict_reason;
  EXPECT_EQ(assessment.verdict_reason.find(
                "Every check passes in the 1 of 2 rounds whose attempts were kept"),
            0U)
      << assessment.verdict_reason;
}

TEST(FairnessVerdict, IsNotKnownWhenNoRoundWasKept) {
  const Assessment assessment = with_rounds_kept(0);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_FALSE(assessment.passed);
  EXPECT_NE(assessment.verdict_reason.find("no attempt was kept"), std::string::npos);
}

TEST(FairnessVerdict, IsFairWhenChancesAreShownToBeEqual) {
  RunBuilder run = shuffled_run();
  run.facts.fairness_margin = Share{0.1};  // wide enough for one round
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict, RunVerdict::fair) << assessment.verdict_reason;
  EXPECT_TRUE(assessment.passed);
  EXPECT_EQ(assessment.verdict_reason,
            "Every check passes, and over one round with 600 participants the chances of all "
            "groups compared are equal to within 10 percentage points.");
}

TEST(FairnessVerdict, OfTheSameRunIsOpenWithinANarrowerMargin) {
  const Assessment assessment = assessment_of(shuffled_run());
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_FALSE(assessment.passed || assessment.failed);
  EXPECT_NE(assessment.verdict_reason.find("more than there are"), std::string::npos)
      << assessment.verdict_reason;
}

TEST(FairnessVerdict, IsNeverFairWhileSomethingIsMissing) {
  RunBuilder run = shuffled_run();
  run.facts.fairness_margin = Share{0.1};
  run.facts.attempted = {Sighting::refused_intruder};
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_FALSE(assessment.passed || assessment.failed);
}

TEST(FairnessVerdict, DoesNotTakeSilenceTowardsLosersForBiasWhereTheLedgerSettlesIt) {
  const Assessment assessment = assessment_of(with_silent_losers());
  EXPECT_EQ(assessment.fairness.claimed, kUsers);
  EXPECT_FALSE(assessment.fairness.test("cohorts")->rejected);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive) << assessment.verdict_reason;
}

TEST(FairnessVerdict, AccusesNobodyWhileACohortWaitsForItsAnswersAndNamesIt) {
  RunBuilder run = with_silent_losers();
  run.ledger.reset();
  run.facts.rounds.front().ledger_missing = "the target has none";
  const Assessment assessment = assessment_of(run);
  EXPECT_TRUE(assessment.fairness.test("cohorts")->rejected);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_NE(assessment.verdict_reason.find("users of cohort mobile got no definite answer"),
            std::string::npos)
      << assessment.verdict_reason;
}

TEST(FairnessVerdict, OfATargetThatAnswersWithoutCouponsIsNotKnownAndSaysWhy) {
  RunBuilder run;
  run.with_ledger();
  run.facts.fairness_gates = false;
  run.facts.attempted = {Sighting::win, Sighting::loss};
  for (std::uint32_t user = 0; user < 50; ++user) {
    run.add(reserved(user));
    run.add(claim(user).unanswered(Reason::unparseable));
  }
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_FALSE(assessment.passed || assessment.failed);
  EXPECT_NE(assessment.verdict_reason.find("nobody won"), std::string::npos);
  EXPECT_NE(assessment.verdict_reason.find("never seen: a win"), std::string::npos)
      << assessment.verdict_reason;
}

}  // namespace
}  // namespace fairrush::analysis
