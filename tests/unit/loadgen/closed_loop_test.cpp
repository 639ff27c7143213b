#include "loadgen/closed_loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <set>
#include <vector>

#include "loadgen/click_queue.hpp"
#include "tests/unit/loadgen/sample_scenario.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using namespace std::chrono_literals;

constexpr std::int64_t kMillisecond_ns = 1'000'000;

/// A rush of `users` in a loop, all of them there.
Scenario looping(std::uint32_t users, Duration think = {}) {
  Scenario scenario = sample_of_every_persona();
  scenario.users = 1'000;
  scenario.arrivals.pattern.shape = ArrivalShape::closed;
  scenario.arrivals.pattern.users = users;
  scenario.arrivals.pattern.think = think;
  return scenario;
}

/// A click and when its user saw how it ended.
struct Seen {
  Click click;
  std::int64_t seen_ns = 0;
  bool operator>(const Seen& other) const { return seen_ns > other.seen_ns; }
};

/// Plays a queue in time of its own, in which every request is answered after `service`.
std::vector<Seen> played(ClickQueue& queue, Duration service) {
  std::vector<Seen> all;
  std::priority_queue<Seen, std::vector<Seen>, std::greater<>> under_way;
  while (!queue.empty() || !under_way.empty()) {
    const auto due_ns = queue.next_due_ns();
    if (!under_way.empty() && (!due_ns || under_way.top().seen_ns <= *due_ns)) {
      const Seen ended = under_way.top();
      under_way.pop();
      queue.ended(ended.click, ended.seen_ns);
      continue;
    }
    const Click* const due = queue.due(*due_ns);
    if (due == nullptr) continue;  // taken from the plan, and due later than it is intended
    all.push_back({*due, due->due_ns() + service.count() + due->delay_ns()});
    queue.pop();
    under_way.push(all.back());
  }
  return all;
}

bool in_stream(const Click& click) {
  return click.planned.op == Op::claim &&
         Plan::try_in_stream(click.persona) == click.planned.try_number;
}

std::vector<Seen> in_loop(std::vector<Seen> clicks) {
  std::erase_if(clicks, [](const Seen& seen) { return !in_stream(seen.click); });
  std::ranges::sort(clicks, {}, [](const Seen& seen) { return seen.click.planned.intended_ns; });
  return clicks;
}

/// The most clicks that had been made and not been seen to end.
std::size_t most_at_once(const std::vector<Seen>& clicks) {
  std::vector<std::pair<std::int64_t, int>> steps;
  for (const Seen& seen : clicks) {
    steps.emplace_back(seen.click.planned.intended_ns, 1);
    steps.emplace_back(seen.seen_ns, -1);
  }
  std::ranges::sort(steps);
  std::ptrdiff_t now = 0, most = 0;
  for (const auto& [time_ns, step] : steps) most = std::max<std::ptrdiff_t>(most, now += step);
  return static_cast<std::size_t>(most);
}

TEST(ClosedLoop, LetsEverybodyClickOnceInTheOrderOfThePlan) {
  const Plan plan(looping(8));
  ClickQueue queue(plan, {});
  const auto clicks = in_loop(played(queue, 3ms));
  std::vector<std::uint32_t> users;
  PhaseClicks stream(plan, Op::claim, {});
  while (const auto next = stream.next()) users.push_back(next->user.value());
  ASSERT_EQ(clicks.size(), users.size());
  std::vector<std::uint32_t> clicked;
  for (const Seen& seen : clicks) clicked.push_back(seen.click.planned.user.value());
  EXPECT_TRUE(std::ranges::is_permutation(clicked, users));
  EXPECT_FALSE(queue.left_over(plan.rush().close_ns));
  // One network for all: who clicked at different times clicked in the order of the plan.
  Scenario even = looping(1);
  even.cohorts = {{"all", Share{1}, DelaySpec::fixed(1ms)}};
  even.personas = {{Persona::honest, Share{1}}};
  const Plan one_by_one(even);
  ClickQueue line(one_by_one, {});
  PhaseClicks order(one_by_one, Op::claim, {});
  for (const Seen& seen : in_loop(played(line, 3ms))) {
    EXPECT_EQ(seen.click.planned.user, order.next()->user);
  }
}

TEST(ClosedLoop, NeverHasMoreUsersAtOnceThanItsSeats) {
  for (const std::uint32_t seats : {1U, 2U, 8U, 200U}) {
    const Plan plan(looping(seats));
    ClickQueue queue(plan, {});
    EXPECT_EQ(most_at_once(in_loop(played(queue, 5ms))), seats);
  }
}

TEST(ClosedLoop, LetsTheNextOneClickWhenTheAnswerWasSeenAndThoughtAbout) {
  const Plan plan(looping(8, 7ms));
  ClickQueue queue(plan, {});
  const auto clicks = in_loop(played(queue, 5ms));
  std::multiset<std::int64_t> freed;
  for (const Seen& seen : clicks) freed.insert(seen.seen_ns + 7 * kMillisecond_ns);
  const std::int64_t opening_ns = plan.loop(Op::claim)->clicks.open_ns;
  std::size_t at_opening = 0;
  for (const Seen& seen : clicks) {
    const std::int64_t click_ns = seen.click.planned.intended_ns;
    if (click_ns == opening_ns) {
      ++at_opening;
      continue;
    }
    const auto seat = freed.find(click_ns);
    ASSERT_NE(seat, freed.end()) << click_ns;
    freed.erase(seat);
  }
  EXPECT_EQ(at_opening, 8U);
}

TEST(ClosedLoop, LeavesOverWhoseTurnDoesNotComeBeforeTheEnd) {
  const Plan plan(looping(2));
  ClickQueue queue(plan, {});
  const auto clicks = in_loop(played(queue, 2s));
  const std::int64_t end_ns = plan.rush().close_ns;
  for (const Seen& seen : clicks) EXPECT_LT(seen.click.planned.intended_ns, end_ns);
  std::map<std::uint32_t, int> times;
  for (const Seen& seen : clicks) ++times[seen.click.planned.user.value()];
  while (const auto left = queue.left_over(end_ns)) {
    EXPECT_TRUE(left->turn_over);
    EXPECT_EQ(left->click.planned.intended_ns, end_ns);
    ++times[left->click.planned.user.value()];
  }
  EXPECT_LT(clicks.size(), 70U) << "two at a time, two seconds each";
  PhaseClicks stream(plan, Op::claim, {});
  std::size_t users = 0;
  while (const auto next = stream.next()) {
    ++users;
    EXPECT_EQ(times[next->user.value()], 1);
  }
  EXPECT_EQ(times.size(), users);
}

TEST(ClosedLoop, IsNotOverForWhoIsLeftWhenThePlayingStopsBefore) {
  const Plan plan(looping(2));
  ClickQueue queue(plan, {});
  const auto left = queue.left_over(plan.rush().close_ns - 1);
  ASSERT_TRUE(left);
  EXPECT_FALSE(left->turn_over);
}

TEST(ClosedLoop, LeavesReactionsToTheirPersonas) {
  const Plan plan(looping(8));
  ClickQueue queue(plan, {});
  std::map<std::uint32_t, std::vector<Click>> of_user;
  for (const Seen& seen : played(queue, 5ms)) {
    if (seen.click.planned.op == Op::claim) {
      of_user[seen.click.planned.user.value()].push_back(seen.click);
    }
  }
  std::map<Persona, int> seen;
  for (const auto& [user, clicks] : of_user) {
    const Persona persona = clicks.front().persona;
    ++seen[persona];
    const auto planned =
        plan.repeat_after(UserIndex(user), persona, 0, clicks.front().planned.intended_ns);
    if (persona == Persona::replayer) EXPECT_EQ(clicks.size(), 3U);
    if (persona == Persona::bot) EXPECT_EQ(clicks.size(), 8U);
    if (persona != Persona::double_clicker && persona != Persona::replayer) continue;
    ASSERT_GE(clicks.size(), 2U) << name_of(persona);
    EXPECT_EQ(clicks[1].planned.intended_ns, planned->intended_ns);
    EXPECT_EQ(clicks[1].planned.idempotency,
              plan.idempotency_key(UserIndex(user), Op::claim, planned->key_try));
  }
  EXPECT_EQ(seen.size(), kPersonas);
}

TEST(ClosedLoop, SharesItsSeatsOutAsUsersAreDealt) {
  for (const std::uint32_t seats : {1U, 5U, 12U, 1'000U}) {
    for (const std::uint32_t shards : {1U, 2U, 3U, 12U}) {
      std::uint32_t sum = 0;
      for (std::uint32_t index = 0; index < shards; ++index) {
        const Shard shard{.index = index, .count = shards};
        sum += seats_of(seats, shard);
        if (seats >= shards) EXPECT_GE(seats_of(seats, shard), 1U);
        std::uint32_t of_parts = 0;
        for (std::uint32_t part = 0; part < 4; ++part) {
          of_parts += seats_of(seats, shard.part(part, 4));
        }
        EXPECT_EQ(of_parts, seats_of(seats, shard)) << "a shard's threads have the shard's seats";
      }
      EXPECT_EQ(sum, seats);
    }
  }
}

TEST(ClosedLoop, PlaysReservationsInTheFirstPartOfTheirWindow) {
  Scenario scenario = looping(50);
  scenario.reserve_arrivals.pattern = scenario.arrivals.pattern;
  scenario.arrivals.pattern = {.shape = ArrivalShape::uniform};
  const Plan plan(scenario);
  EXPECT_FALSE(plan.loop(Op::claim));
  ASSERT_TRUE(plan.loop(Op::reserve));
  EXPECT_EQ(plan.loop(Op::reserve)->clicks.close_ns,
            plan.reservation().open_ns + (Plan::kClockGuard + reservation_span(scenario)).count());
  ClickQueue queue(plan, {});
  std::size_t reservations = 0;
  for (const Seen& seen : played(queue, 5ms)) reservations += seen.click.planned.op == Op::reserve;
  EXPECT_EQ(reservations, plan.planned().reservations);
  scenario.reserve = 0s;
  EXPECT_FALSE(Plan(scenario).loop(Op::reserve)) << "nobody reserves";
}

TEST(ClosedLoop, IsPlannedForAsManyAsAnOpenOne) {
  Scenario scenario = looping(8);
  const auto closed = Plan(scenario).planned();
  scenario.arrivals.pattern.shape = ArrivalShape::uniform;
  const auto open = Plan(scenario).planned();
  EXPECT_EQ(closed.claims, open.claims);
  EXPECT_EQ(closed.claims_inside, open.claims_inside);
  EXPECT_EQ(closed.reservations, open.reservations);
}

}  // namespace
}  // namespace fairrush::loadgen
