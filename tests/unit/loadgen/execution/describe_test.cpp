#include "loadgen/execution/describe.hpp"

#include <gtest/gtest.h>

#include "tests/unit/loadgen/sample_scenario.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Allocation;
using analysis::Sighting;

TEST(AttemptedSightings, FollowFromWhoIsInThePopulation) {
  Scenario scenario = sample_scenario();
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  scenario.winners = {Share{1}, Share{1}, Share{1}};
  auto all = attempted_sightings(scenario, Plan(scenario), Allocation::first_come_first_served);
  // Unanswered claims are no plan.
  EXPECT_EQ(all.count(Sighting::info_became_win) + all.count(Sighting::info_became_none), 0U);
  EXPECT_EQ(all.size(), analysis::kSightings - 2);

  scenario.personas = {{Persona::honest, Share{1}}};
  scenario.winners = {Share{0}, Share{0}, Share{0}};
  const auto honest =
      attempted_sightings(scenario, Plan(scenario), Allocation::first_come_first_served);
  EXPECT_EQ(honest, (std::set{Sighting::win, Sighting::loss, Sighting::claims_inside_window,
                              Sighting::contention_at_sell_out}));
}

TEST(AttemptedSightings, FollowFromReplayersAndBotsAlone) {
  Scenario scenario = sample_scenario();
  scenario.personas = {{Persona::replayer, Share{0.5}}, {Persona::bot, Share{0.5}}};
  const auto attempted = attempted_sightings(scenario, Plan(scenario), Allocation::draw);
  for (const Sighting sighting :
       {Sighting::win, Sighting::loss, Sighting::rejected_duplicate, Sighting::refused_early_claim,
        Sighting::identical_idempotent_answer}) {
    EXPECT_TRUE(attempted.contains(sighting)) << name_of(sighting);
  }
  // What was decided in the rush is told again after it, and not refused.
  EXPECT_FALSE(attempted.contains(Sighting::refused_late_claim));
}

TEST(AttemptedSightings, TakeTheWholeListForTheRosterAndWhoIsNotOnItForIntruders) {
  Scenario scenario = sample_scenario();
  scenario.reserve = Duration::zero();
  scenario.personas = {{Persona::honest, Share{1}}};
  scenario.coupons = {.share = Share{0.2}, .count = {}};
  RosterList list;
  list.listed.users.resize((scenario.users + 7) / 8, 0b01111111);
  const auto attempted_with = [&](std::uint64_t names) {
    list.listed.names = names;
    scenario.roster_list = std::make_shared<const RosterList>(list);
    return attempted_sightings(scenario, Plan(scenario), Allocation::unknown);
  };
  const auto here = attempted_with(list.listed.present());
  EXPECT_TRUE(here.contains(Sighting::refused_intruder));
  EXPECT_TRUE(here.contains(Sighting::loss));
  const auto mostly_away = attempted_with(10 * list.listed.present());
  EXPECT_TRUE(mostly_away.contains(Sighting::win));
  EXPECT_FALSE(mostly_away.contains(Sighting::loss)) << "there are more coupons than users here";
}

TEST(AttemptedSightings, HoldNoLossWhenThereIsACouponForEverybody) {
  Scenario scenario = sample_scenario();
  scenario.coupons = {.share = {}, .count = scenario.users};
  const auto attempted =
      attempted_sightings(scenario, Plan(scenario), Allocation::first_come_first_served);
  EXPECT_FALSE(attempted.contains(Sighting::loss));
  EXPECT_FALSE(attempted.contains(Sighting::contention_at_sell_out));
}

TEST(AttemptedSightings, HoldNoWinWhenThereIsNoCoupon) {
  Scenario scenario = sample_scenario();
  scenario.coupons = {.share = {}, .count = 0};
  const auto attempted = attempted_sightings(scenario, Plan(scenario), Allocation::draw);
  EXPECT_FALSE(attempted.contains(Sighting::win));
  EXPECT_TRUE(attempted.contains(Sighting::loss));
}

TEST(AttemptedSightings, DoNotExpectARaceForTheLastCouponWhereNoneIsRun) {
  Scenario scenario = sample_scenario();
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  const auto draw = attempted_sightings(scenario, Plan(scenario), Allocation::draw);
  EXPECT_FALSE(draw.contains(Sighting::contention_at_sell_out));
  scenario.arrivals.pattern.shape = ArrivalShape::uniform;  // 83 clicks a second do not meet
  const auto calm =
      attempted_sightings(scenario, Plan(scenario), Allocation::first_come_first_served);
  EXPECT_FALSE(calm.contains(Sighting::contention_at_sell_out));
}

TEST(AttemptedSightings, DoNotExpectAClosedLoopToRunOutOfCoupons) {
  Scenario scenario = sample_scenario();
  scenario.arrivals.pattern = {.shape = ArrivalShape::closed, .users = 50};
  const auto first_come =
      attempted_sightings(scenario, Plan(scenario), Allocation::first_come_first_served);
  EXPECT_TRUE(first_come.contains(Sighting::win));
  EXPECT_FALSE(first_come.contains(Sighting::loss));
  EXPECT_FALSE(first_come.contains(Sighting::contention_at_sell_out));
  EXPECT_TRUE(
      attempted_sightings(scenario, Plan(scenario), Allocation::draw).contains(Sighting::loss));
}

TEST(DescribedRun, StatesTheLoopOfAClosedPhaseAndNoShape) {
  Scenario scenario = sample_scenario();
  scenario.arrivals.pattern = {.shape = ArrivalShape::closed, .users = 50};
  const auto arrivals = describe_run(scenario).arrivals;
  ASSERT_TRUE(arrivals);
  EXPECT_EQ(arrivals->rush_loop, 50U);
  EXPECT_TRUE(arrivals->rush_quantiles_ns.empty());
  EXPECT_FALSE(arrivals->reserve_loop);
  EXPECT_FALSE(arrivals->reserve_quantiles_ns.empty());
}

TEST(AttemptedSightings, ExpectARejectedDuplicateOnlyWithEnoughWinnersWhoClickTwice) {
  Scenario scenario = sample_scenario();
  scenario.users = 100;  // six of them click twice; one or two of those win
  const auto few = attempted_sightings(scenario, Plan(scenario), Allocation::draw);
  EXPECT_FALSE(few.contains(Sighting::rejected_duplicate));
}

TEST(AttemptedSightings, ExpectRedemptionsOnlyWithEnoughWinnersWhoSpendTheirCoupons) {
  Scenario scenario = sample_scenario();
  const auto attempted = [&](double redeem, double twice) {
    scenario.winners = {Share{0}, Share{redeem}, Share{twice}};
    return attempted_sightings(scenario, Plan(scenario), Allocation::draw);
  };
  EXPECT_FALSE(attempted(0, 1).contains(Sighting::redemption));
  EXPECT_TRUE(attempted(0.5, 0).contains(Sighting::redemption));
  EXPECT_FALSE(attempted(0.5, 0).contains(Sighting::refused_second_redemption));
  EXPECT_TRUE(attempted(0.5, 0.5).contains(Sighting::refused_second_redemption));
}

TEST(AttemptedSightings, DoNotExpectOfADrawWhatAFairOneMayWellNotShow) {
  Scenario scenario = sample_scenario();
  scenario.users = 300;
  scenario.coupons = {.share = {}, .count = 1};
  scenario.show_up = Share{0.3};  // the one who was drawn stays away in most runs
  const Plan plan(scenario);
  EXPECT_FALSE(attempted_sightings(scenario, plan, Allocation::draw).contains(Sighting::win));
  EXPECT_TRUE(attempted_sightings(scenario, plan, Allocation::first_come_first_served)
                  .contains(Sighting::win));
}

TEST(AttemptedSightings, ExpectNoClaimInsideTheWindowOfLatecomersAlone) {
  Scenario scenario = sample_scenario();
  scenario.personas = {{Persona::latecomer, Share{1}}};
  EXPECT_EQ(attempted_sightings(scenario, Plan(scenario), Allocation::first_come_first_served),
            std::set{Sighting::refused_late_claim});
}

TEST(DescribeRun, CarriesPlanAndScenario) {
  Scenario scenario = sample_scenario();
  scenario.echo = {{"population.users", "5000"}};
  const analysis::RunFacts facts = describe_run(scenario);
  EXPECT_EQ(facts.scenario, "sample");
  EXPECT_EQ(facts.options, scenario.echo);
  ASSERT_EQ(facts.personas.size(), kPersonas);
  EXPECT_EQ(facts.personas[1], "double_clicker");
  ASSERT_EQ(facts.cohorts.size(), 2U);
  EXPECT_EQ(facts.cohorts[0].one_way_delay, "5ms");
  EXPECT_EQ(facts.cohorts[1].one_way_delay, "median 60ms, p99 400ms");
  EXPECT_EQ(facts.target, "built-in: sealed-draw, memory, sqlite");
  EXPECT_FALSE(facts.machine.empty());
}

TEST(EventId, FitsIntoAUrlAndIntoSixtyFourCharacters) {
  Scenario scenario = sample_scenario();
  EXPECT_EQ(event_id(scenario), "sample-23");
  scenario.name = "a b/c?";
  EXPECT_EQ(event_id(scenario), "a-b-c--23");
  scenario.name = std::string(100, 'x');
  scenario.seed = (std::uint64_t{1} << 63) - 1;
  EXPECT_LE(event_id(scenario).size() + std::string("-1700000000000").size(), 64U);
}

TEST(AllocationOf, KnowsTheDesignsAndSaysUnknownOtherwise) {
  EXPECT_EQ(allocation_of("ticket-list"), Allocation::first_come_first_served);
  EXPECT_EQ(allocation_of("sealed-draw"), Allocation::draw);
  EXPECT_EQ(allocation_of("stock-counter"), Allocation::first_come_first_served);
  EXPECT_EQ(allocation_of("batch-draw"), Allocation::unknown);
  EXPECT_EQ(allocation_of(""), Allocation::unknown);
}

}  // namespace
}  // namespace fairrush::loadgen
