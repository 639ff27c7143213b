#include "loadgen/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/loadgen/sample_scenario.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using namespace std::chrono_literals;

std::vector<PlannedAttempt> attempts_of(const Plan& plan, Shard shard = {}) {
  std::vector<PlannedAttempt> attempts;
  for (auto cursor = plan.cursor(shard); cursor.peek() != nullptr; cursor.pop()) {
    attempts.push_back(*cursor.peek());
  }
  return attempts;
}

bool inside(const PlannedAttempt& attempt, analysis::Window window) {
  return attempt.intended_ns >= window.open_ns && attempt.intended_ns < window.close_ns;
}

class PlanOfEveryShape : public testing::TestWithParam<ArrivalShape> {};

TEST_P(PlanOfEveryShape, IsTheSameForAnyNumberOfShards) {
  Scenario scenario = sample_of_every_persona();
  scenario.arrivals.pattern.shape = GetParam();
  scenario.arrivals.pattern.file.times =
      std::make_shared<const std::vector<Duration>>(std::vector<Duration>{1ms, 5ms, 900ms});
  // Both phases, and several stages in one of them.
  ArrivalStage stage{.pattern = scenario.arrivals.pattern, .length = 2s, .share = Share{0.25}};
  scenario.reserve_arrivals.stages = {stage, stage};
  scenario.reserve_arrivals.stages.back().share = Share{0.75};
  const Plan plan(scenario);
  auto whole = attempts_of(plan);
  std::ranges::sort(whole);
  for (const std::uint32_t count : {2U, 3U, 7U}) {
    std::vector<PlannedAttempt> joined;
    for (std::uint32_t index = 0; index < count; ++index) {
      const auto part = attempts_of(plan, {.index = index, .count = count});
      EXPECT_TRUE(std::ranges::is_sorted(part, {}, &PlannedAttempt::intended_ns));
      joined.insert(joined.end(), part.begin(), part.end());
    }
    std::ranges::sort(joined);
    EXPECT_TRUE(joined == whole) << count << " shards";
  }
}

TEST(Plan, IsTheSameForShardsWhoseThreadsShareThemFurther) {
  Scenario scenario = sample_of_every_persona();
  for (Cohort& cohort : scenario.cohorts) cohort.losses = {Share{0.1}, Share{0.2}};
  const Plan plan(scenario);
  auto whole = attempts_of(plan);
  std::ranges::sort(whole);
  const std::vector<std::uint32_t> threads{1, 2, 5};  // of three machines that are not alike
  std::vector<PlannedAttempt> joined;
  for (std::uint32_t machine = 0; machine < threads.size(); ++machine) {
    const Shard shard{.index = machine, .count = static_cast<std::uint32_t>(threads.size())};
    const Plan own(scenario);
    for (std::uint32_t thread = 0; thread < threads[machine]; ++thread) {
      for (const PlannedAttempt& attempt : attempts_of(own, shard.part(thread, threads[machine]))) {
        EXPECT_EQ(attempt.user.value() % shard.count, machine);
        EXPECT_EQ(own.fate_of(attempt.user, attempt.op, attempt.try_number),
                  plan.fate_of(attempt.user, attempt.op, attempt.try_number));
        joined.push_back(attempt);
      }
    }
  }
  std::ranges::sort(joined);
  EXPECT_TRUE(joined == whole);
}

std::vector<ArrivalShape> every_shape() {
  std::vector<ArrivalShape> shapes;
  for (const ArrivalShapeRow& row : arrival_shapes()) {
    if (row.shape != ArrivalShape::closed) shapes.push_back(row.shape);  // no stage can be one
  }
  return shapes;
}

INSTANTIATE_TEST_SUITE_P(Shapes, PlanOfEveryShape, testing::ValuesIn(every_shape()),
                         [](const auto& shape) { return std::string(row_of(shape.param).name); });

TEST(Plan, WalksItsAttemptsInOrderOfTime) {
  const auto attempts = attempts_of(Plan(sample_of_every_persona()));
  EXPECT_TRUE(std::ranges::is_sorted(attempts, {}, &PlannedAttempt::intended_ns));
}

TEST(Plan, DoesNotPreferLowUserNumbersWhenAllClickAtOnce) {
  Scenario scenario = sample_scenario();
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  std::uint64_t low_in_first_half = 0;
  std::uint64_t seen = 0;
  for (const PlannedAttempt& attempt : attempts_of(Plan(scenario))) {
    if (attempt.op != Op::claim || attempt.try_number != 0) continue;
    if (++seen <= scenario.users / 2 && attempt.user.value() < scenario.users / 2) {
      ++low_in_first_half;
    }
  }
  // Half of the half by chance; four standard deviations of a hypergeometric count.
  EXPECT_NEAR(static_cast<double>(low_in_first_half), scenario.users / 4.0, 4 * 18);
}

TEST(Plan, ChangesWithTheSeed) {
  Scenario scenario = sample_scenario();
  const auto before = attempts_of(Plan(scenario));
  ++scenario.seed;
  EXPECT_FALSE(attempts_of(Plan(scenario)) == before);
}

TEST(Plan, ReservesEveryUserButIntrudersOnceInsideTheWindow) {
  const Plan plan(sample_scenario());
  std::set<UserIndex> reserving;
  for (const PlannedAttempt& attempt : attempts_of(plan)) {
    if (attempt.op != Op::reserve) continue;
    EXPECT_TRUE(inside(attempt, plan.reservation()));
    EXPECT_TRUE(reserving.insert(attempt.user).second);
  }
  for (std::uint32_t index = 0; index < plan.population().size(); ++index) {
    const UserIndex user{index};
    EXPECT_EQ(reserving.contains(user), plan.population().reserves(user));
  }
}

TEST(Plan, GivesEachPersonaItsClicks) {
  const Plan plan(sample_of_every_persona());
  std::map<UserIndex, std::vector<PlannedAttempt>> claims;
  for (const PlannedAttempt& attempt : attempts_of(plan)) {
    if (attempt.op == Op::claim) claims[attempt.user].push_back(attempt);
  }
  ASSERT_EQ(claims.size(), plan.population().size());
  for (const auto& [user, clicks] : claims) {
    switch (plan.population().persona_of(user)) {
      case Persona::double_clicker: {
        ASSERT_EQ(clicks.size(), 2U);
        const Duration gap{clicks[1].intended_ns - clicks[0].intended_ns};
        EXPECT_GE(gap, 20ms);
        EXPECT_LE(gap, 120ms);
        EXPECT_NE(clicks[0].idempotency, clicks[1].idempotency);
        break;
      }
      case Persona::early_bird: {
        ASSERT_EQ(clicks.size(), 2U);
        const std::int64_t arrival_ns =
            clicks[0].intended_ns + plan.population().one_way_delay_of(user).count();
        EXPECT_LT(arrival_ns, plan.rush().open_ns);
        EXPECT_GE(arrival_ns, plan.reservation().close_ns);
        EXPECT_TRUE(inside(clicks[1], plan.rush()));
        break;
      }
      case Persona::latecomer:
        ASSERT_EQ(clicks.size(), 1U);
        EXPECT_GT(clicks[0].intended_ns, plan.rush().close_ns);
        break;
      case Persona::replayer:
        ASSERT_EQ(clicks.size(), 3U);
        EXPECT_TRUE(inside(clicks[0], plan.rush()));
        EXPECT_TRUE(inside(clicks[1], plan.rush()));
        EXPECT_GT(clicks[1].intended_ns, clicks[0].intended_ns);
        EXPECT_GT(clicks[2].intended_ns, plan.rush().close_ns);
        EXPECT_EQ(clicks[1].idempotency, clicks[0].idempotency);
        EXPECT_EQ(clicks[2].idempotency, clicks[0].idempotency);
        break;
      case Persona::bot: {
        ASSERT_EQ(clicks.size(), 8U);
        EXPECT_EQ(plan.population().one_way_delay_of(user), 0s);
        EXPECT_LT(clicks[0].intended_ns, plan.rush().open_ns);
        EXPECT_GE(clicks[0].intended_ns, plan.rush().open_ns - Duration(50ms).count());
        EXPECT_TRUE(inside(clicks[7], plan.rush()));
        std::set<std::uint64_t> keys;
        for (const PlannedAttempt& click : clicks) keys.insert(click.idempotency);
        EXPECT_EQ(keys.size(), clicks.size());
        break;
      }
      default:
        ASSERT_EQ(clicks.size(), 1U);
        EXPECT_TRUE(inside(clicks[0], plan.rush()));
    }
  }
}

TEST(Plan, CountsWhatItPlans) {
  const Plan plan(sample_of_every_persona());
  const auto planned = plan.planned();
  std::uint64_t reservations = 0;
  std::uint64_t first_claims = 0;
  std::uint64_t inside_claims = 0;
  for (const PlannedAttempt& attempt : attempts_of(plan)) {
    if (attempt.op == Op::reserve) ++reservations;
    if (attempt.op != Op::claim || attempt.try_number != 0) continue;
    ++first_claims;
    if (inside(attempt, plan.rush())) ++inside_claims;
  }
  EXPECT_EQ(planned.reservations, reservations);
  EXPECT_EQ(planned.claims, first_claims);
  EXPECT_EQ(planned.claims_inside, inside_claims);
}

TEST(Plan, LosesTheStatedSharesIndependentlyForEveryTry) {
  Scenario scenario = sample_scenario();
  scenario.personas = {{Persona::honest, Share{1}}};
  scenario.cohorts = {{"lossy", Share{1}, {}, {.requests = Share{0.2}, .answers = Share{0.5}}}};
  const Plan plan(scenario);
  std::map<Fate, double> fates;
  double both = 0;
  for (std::uint32_t index = 0; index < scenario.users; ++index) {
    const Fate first = plan.fate_of(UserIndex{index}, Op::claim, 0);
    const Fate second = plan.fate_of(UserIndex{index}, Op::claim, 1);
    ++fates[first];
    if (first == Fate::request_lost && second == Fate::request_lost) ++both;
  }
  const double users = scenario.users;
  EXPECT_NEAR(fates[Fate::request_lost] / users, 0.2, 0.02);
  EXPECT_NEAR(fates[Fate::answer_lost] / users, 0.8 * 0.5, 0.02);
  EXPECT_NEAR(both / users, 0.2 * 0.2, 0.01);
  const auto planned = plan.planned();
  EXPECT_EQ(planned.claims, scenario.users);
  EXPECT_EQ(static_cast<double>(planned.claims_inside), users - fates[Fate::request_lost]);
}

TEST(Plan, LosesNothingOfABot) {
  Scenario scenario = sample_scenario();
  scenario.personas = {{Persona::bot, Share{1}}};
  scenario.cohorts = {{"lossy", Share{1}, {}, {.requests = Share{1}, .answers = Share{1}}}};
  EXPECT_EQ(Plan(scenario).fate_of(UserIndex{3}, Op::claim, 0), Fate::arrives);
}

TEST(Plan, RepeatsNoIdempotencyKeyButThatOfAReplay) {
  std::set<std::uint64_t> keys;
  const Plan plan(sample_of_every_persona());
  for (const PlannedAttempt& attempt : attempts_of(plan)) {
    const bool replay =
        plan.population().persona_of(attempt.user) == Persona::replayer && attempt.try_number > 0;
    EXPECT_NE(keys.insert(attempt.idempotency).second, replay);
  }
}

TEST(Plan, ServesASingleUser) {
  Scenario scenario = sample_scenario();
  scenario.users = 1;
  scenario.personas = {{Persona::honest, Share{1}}};
  EXPECT_EQ(attempts_of(Plan(scenario)).size(), 2U);
}

}  // namespace
}  // namespace fairrush::loadgen
