#include "analysis/figures/tallies.hpp"

#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

Attempt of_persona(std::uint8_t persona, Attempt attempt) {
  attempt.record().persona = persona;
  return attempt;
}

ClaimTallies tallies_of(const RunBuilder& run) {
  const auto built = run.build();
  return tallies(RunIndex(built->evidence.round(0)));
}

TEST(ClaimTallies, SayWhatEachPersonaTriedAndGot) {
  RunBuilder run;
  run.winner(1, "A").loser(2);
  run.add(of_persona(6, claim(3).refused(Reason::outside_window)));
  run.add(of_persona(6, claim(3).retry(1).wins("B"))).issued(3, "B");
  run.add(of_persona(6, claim(3).retry(2).refused(Reason::already_claimed, "B")));
  run.add(of_persona(6, claim(4).unanswered())).add(of_persona(6, claim(4).retry(1).never_sent()));
  const ClaimTallies found = tallies_of(run);
  ASSERT_EQ(found.personas.size(), 2U);
  const ClaimTally& honest = found.personas[0];
  EXPECT_EQ(honest.group, 0U);
  EXPECT_EQ(honest.users, 2U);
  EXPECT_EQ(honest.winners, 1U);
  EXPECT_EQ(honest.claims, 2U);
  EXPECT_EQ(honest.losses, 1U);
  const ClaimTally& other = found.personas[1];
  EXPECT_EQ(other.group, 6U);
  EXPECT_EQ(other.users, 2U);
  EXPECT_EQ(other.winners, 1U);
  EXPECT_EQ(other.claims, 5U);
  EXPECT_EQ(other.wins, 1U);
  EXPECT_EQ(other.unanswered, 1U);
  EXPECT_EQ(other.never_left, 1U);
  EXPECT_EQ(other.refusals, (std::map<Reason, std::uint64_t>{{Reason::outside_window, 1},
                                                             {Reason::already_claimed, 1}}));
}

TEST(ClaimTallies, CountAWinnerWhoWasNeverToldByTheLedger) {
  RunBuilder run;
  run.add(claim(1).unanswered()).issued(1, "A");
  EXPECT_EQ(tallies_of(run).personas.front().winners, 1U);
}

TEST(ClaimTallies, ComeByCohortToo) {
  RunBuilder run;
  run.add(claim(1).cohort(1).loses()).add(claim(2).cohort(3).loses());
  const ClaimTallies found = tallies_of(run);
  ASSERT_EQ(found.cohorts.size(), 2U);
  EXPECT_EQ(found.cohorts[0].group, 1U);
  EXPECT_EQ(found.cohorts[1].group, 3U);
}

TEST(ClaimTallies, AddUpOverRounds) {
  ClaimTallies sum;
  add_round(sum, {.personas = {{.group = 2, .users = 1, .refusals = {{Reason::overloaded, 1}}}},
                  .cohorts = {}});
  add_round(sum, {.personas = {{.group = 0, .users = 5},
                               {.group = 2, .users = 3, .refusals = {{Reason::overloaded, 4}}}},
                  .cohorts = {}});
  ASSERT_EQ(sum.personas.size(), 2U);
  EXPECT_EQ(sum.personas[0].users, 5U);
  EXPECT_EQ(sum.personas[1].users, 4U);
  EXPECT_EQ(sum.personas[1].refusals.at(Reason::overloaded), 5U);
}

}  // namespace
}  // namespace fairrush::analysis
