#include "loadgen/click_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/unit/loadgen/sample_scenario.hpp"

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

std::vector<Click> all_of(ClickQueue& queue) {
  std::vector<Click> clicks;
  for (; const Click* const next = queue.next(); queue.pop()) clicks.push_back(*next);
  return clicks;
}

TEST(ClickQueue, GivesThePlanInTheOrderInWhichRequestsAreDue) {
  const Plan plan(sample_scenario());
  ClickQueue queue(plan, {});
  const std::vector<Click> clicks = all_of(queue);
  std::uint64_t planned = 0;
  for (auto walk = plan.cursor({}); walk.peek() != nullptr; walk.pop()) ++planned;
  EXPECT_EQ(clicks.size(), planned);
  EXPECT_TRUE(std::ranges::is_sorted(clicks, {}, &Click::due_ns));
  EXPECT_FALSE(std::ranges::is_sorted(clicks, {}, [](const Click& click) {
    return click.planned.intended_ns;
  })) << "everybody on one network shows nothing";
  EXPECT_TRUE(queue.empty());
}

TEST(ClickQueue, KeepsThePlansOrderAmongClicksOfOneInstant) {
  Scenario scenario = sample_scenario();
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  scenario.cohorts = {{"all", Share{1}, {}}};
  scenario.personas = {{Persona::intruder, Share{1}}};
  const Plan plan(scenario);
  ClickQueue queue(plan, {});
  const std::vector<Click> clicks = all_of(queue);
  auto walk = plan.cursor({});
  for (const Click& click : clicks) {
    ASSERT_NE(walk.peek(), nullptr);
    EXPECT_EQ(click.planned, *walk.peek());
    walk.pop();
  }
}

TEST(ClickQueue, GivesNothingBeforeItsTime) {
  const Plan plan(sample_scenario());
  ClickQueue queue(plan, {});
  const auto first_ns = queue.next_due_ns();
  ASSERT_TRUE(first_ns);
  EXPECT_EQ(queue.due(*first_ns - 1), nullptr);
  const Click* const first = queue.next();
  ASSERT_NE(first, nullptr);
  const std::int64_t due_ns = first->due_ns();
  EXPECT_GE(due_ns, *first_ns);
  EXPECT_EQ(queue.due(due_ns - 1), nullptr);
  EXPECT_NE(queue.due(due_ns), nullptr);
}

TEST(ClickQueue, PutsAddedClicksWhereTheyAreDue) {
  const Plan plan(sample_scenario());
  ClickQueue queue(plan, {});
  Click early = *queue.next();
  early.planned.intended_ns -= 5'000'000'000;
  early.planned.try_number = 77;
  queue.add(early);
  EXPECT_EQ(queue.next()->planned.try_number, 77);
  EXPECT_EQ(queue.next_due_ns(), early.due_ns());
  Click late = early;
  late.planned.intended_ns = plan.rush().close_ns + 60'000'000'000;
  queue.add(late);
  EXPECT_EQ(queue.last_due_ns(), late.due_ns());
  EXPECT_EQ(all_of(queue).back().planned.intended_ns, late.planned.intended_ns);
}

}  // namespace
}  // namespace fairrush::loadgen
