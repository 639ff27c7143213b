#include "loadgen/persona.hpp"

#include <gtest/gtest.h>

namespace fairrush::loadgen {
namespace {

PlannedAttempt attempt(analysis::Op op, std::uint8_t try_number) {
  return {
      .intended_ns = 1, .user = UserIndex{1}, .op = op, .try_number = try_number, .idempotency = 9};
}

TEST(Retrier, RepeatsItsClaimTwiceWithTheSameKey) {
  for (const std::uint8_t try_number : {std::uint8_t{0}, std::uint8_t{1}}) {
    const auto next = follow_up(Persona::retrier, attempt(analysis::Op::claim, try_number));
    ASSERT_TRUE(next);
    EXPECT_TRUE(next->same_idempotency_key);
    EXPECT_GT(next->delay, Duration::zero());
  }
  EXPECT_FALSE(follow_up(Persona::retrier, attempt(analysis::Op::claim, 2)));
}

TEST(Retrier, DoesNotRepeatItsReservation) {
  EXPECT_FALSE(follow_up(Persona::retrier, attempt(analysis::Op::reserve, 0)));
}

TEST(EveryOtherPersona, LeavesItAtItsPlannedClicks) {
  for (const Persona persona :
       {Persona::honest, Persona::double_clicker, Persona::intruder, Persona::early_bird,
        Persona::latecomer, Persona::replayer, Persona::bot}) {
    EXPECT_FALSE(follow_up(persona, attempt(analysis::Op::claim, 0))) << name_of(persona);
  }
}

Population population_with(WinnerHabits winners) {
  Scenario scenario;
  scenario.users = 1000;
  scenario.cohorts = {{"all", Share{1}, {}}};
  scenario.personas = {{Persona::honest, Share{1}}};
  scenario.winners = winners;
  return Population(scenario);
}

TEST(WinnerClicks, AreNoneWithoutHabits) {
  const Population population = population_with({Share{0}, Share{0}, Share{1}});
  for (std::uint32_t user = 0; user < population.size(); ++user) {
    EXPECT_TRUE(winner_clicks(population, UserIndex(user)).empty());
  }
}

TEST(WinnerClicks, LookFirstAndSpendTwiceUnderDifferentTries) {
  const auto clicks = winner_clicks(population_with({Share{1}, Share{1}, Share{1}}), UserIndex(7));
  ASSERT_EQ(clicks.size(), 3U);
  EXPECT_EQ(clicks[0].op, analysis::Op::status);
  EXPECT_EQ(clicks[1].op, analysis::Op::redeem);
  EXPECT_EQ(clicks[2].op, analysis::Op::redeem);
  EXPECT_NE(clicks[1].try_number, clicks[2].try_number);
  EXPECT_LT(clicks[0].delay, clicks[1].delay);
  EXPECT_LT(clicks[1].delay, clicks[2].delay);
}

TEST(WinnerClicks, BelongToAboutTheShareOfUsersThatTheScenarioNames) {
  const Population population = population_with({Share{0.3}, Share{0.5}, Share{0.5}});
  std::uint32_t looking = 0;
  std::uint32_t spending = 0;
  std::uint32_t spending_twice = 0;
  for (std::uint32_t index = 0; index < population.size(); ++index) {
    const UserIndex user(index);
    if (population.reads_status(user)) ++looking;
    if (population.redeems(user)) ++spending;
    if (population.redeems_twice(user)) ++spending_twice;
  }
  EXPECT_NEAR(looking, 300, 60);
  EXPECT_NEAR(spending, 500, 65);
  EXPECT_NEAR(spending_twice, 250, 60);
}

}  // namespace
}  // namespace fairrush::loadgen
