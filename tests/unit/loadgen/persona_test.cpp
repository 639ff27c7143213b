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
  for (const Persona persona : {Persona::honest, Persona::double_clicker, Persona::intruder,
                                Persona::early_bird, Persona::latecomer}) {
    EXPECT_FALSE(follow_up(persona, attempt(analysis::Op::claim, 0))) << name_of(persona);
  }
}

}  // namespace
}  // namespace fairrush::loadgen
