#include "loadgen/shards/seat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/shards/accord.hpp"
#include "tests/unit/loadgen/sample_scenario.hpp"

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(ShardText, CountsFromOne) {
  const auto shard = parse_shard("3/4");
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->index, 2U);
  EXPECT_EQ(shard->count, 4U);
  for (const char* text : {"0/3", "4/3", "1", "1/", "/3", "a/b", "1/5000", "-1/3", ""}) {
    const auto refused = parse_shard(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_THAT(refused.error(), HasSubstr("expected i/n with i of 1 to n"));
  }
}

TEST(StartText, IsATimeInUtcOrUnixSeconds) {
  const WallTime expected{1'795'302'000'250ms};
  for (const char* text : {"2026-11-21T23:00:00.25Z", "1795302000.250"}) {
    const auto time = parse_start(text);
    ASSERT_TRUE(time) << text << ": " << time.error();
    EXPECT_EQ(*time, expected) << text;
  }
  for (const char* text :
       {"2026-11-21T23:00:00", "2026-13-21T23:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T23:00:00.0001Z", "tomorrow", "-5", "1.2345", "", "1795302000."}) {
    EXPECT_FALSE(parse_start(text)) << text;
  }
}

TEST(PartOfAScenario, SharesConnectionsOutAndLeavesThePlanAlone) {
  Scenario scenario = sample_scenario();
  scenario.connections = 10;
  scenario.open_rate.per_second = 90;
  std::uint32_t connections = 0;
  for (std::uint32_t index = 0; index < 3; ++index) {
    const Scenario part = part_of(scenario, {.index = index, .count = 3});
    connections += part.connections;
    EXPECT_DOUBLE_EQ(part.open_rate.per_second, 30);
    EXPECT_EQ(part.users, scenario.users);
  }
  EXPECT_EQ(connections, 10U);
  EXPECT_EQ(part_of(scenario, {.index = 11, .count = 12}).connections, 1U) << "nobody without one";
}

TEST(PartOfAScenario, SharesTheSeatsOfAClosedLoopOut) {
  Scenario scenario = sample_scenario();
  scenario.arrivals.pattern = {.shape = ArrivalShape::closed, .users = 5};
  EXPECT_EQ(part_of(scenario, {.index = 0, .count = 3}).arrivals.pattern.users, 2U);
  EXPECT_EQ(part_of(scenario, {.index = 2, .count = 3}).arrivals.pattern.users, 1U);
  EXPECT_FALSE(unseated(scenario, {.index = 2, .count = 5}));
  const auto why = unseated(scenario, {.index = 0, .count = 6});
  ASSERT_TRUE(why) << "one shard would have no seat for its users";
  EXPECT_THAT(*why, HasSubstr("a closed loop of 5 users cannot be split over 6 shards"));
  scenario.arrivals.pattern.shape = ArrivalShape::uniform;
  EXPECT_FALSE(unseated(scenario, {.index = 0, .count = 6}));
}

TEST(RoundStep, LeavesTimeForEverythingThatFollowsARush) {
  const Scenario scenario = sample_scenario();
  const Duration played = scenario.lead + scenario.reserve + scenario.pause + scenario.rush;
  EXPECT_GT(round_step(scenario),
            played + last_answer_after_close(scenario) + scenario.settle_deadline);
}

TEST(Accord, AgreesWithItselfWhenARunIsPlayedAlone) {
  Accord accord({});
  EXPECT_TRUE(accord.speaks());
  EXPECT_EQ(accord.hear("word"), "word");
  EXPECT_EQ(accord.moment([] { return 5; }, 3), 5);
  EXPECT_FALSE(accord.start_ms());
}

TEST(Accord, TakesTheClocksMomentAndNoneThatIsOver) {
  Accord accord(ShardSeat{.shard = {.index = 1, .count = 2}, .start_at = WallTime{7s}});
  EXPECT_FALSE(accord.speaks());
  EXPECT_EQ(accord.start_ms(), 7000);
  EXPECT_EQ(accord.moment([] { return 5; }, 6), 6);
  EXPECT_FALSE(accord.moment([] { return 7; }, 6));
}

TEST(Accord, LetsOneProcessOfAMachineHaveASeat) {
  const ShardSeat seat{.shard = {.index = 1, .count = 2}, .start_at = WallTime{7s}};
  Accord first(seat);
  ASSERT_TRUE(first.take_seat("an-event-of-this-test"));
  Accord second(seat);
  const auto refused = second.take_seat("an-event-of-this-test");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("2/2 of this run is being played by another process"));
  Accord other({{.shard = {.index = 0, .count = 2}, .start_at = WallTime{7s}}});
  EXPECT_TRUE(other.take_seat("an-event-of-this-test"));
}

/// A group whose first shard says 42, as long as it holds.
class ScriptedGroup final : public ShardGroup {
 public:
  Shard shard() const override { return {.index = 1, .count = 2}; }
  std::expected<std::string, std::string> meet(const std::string&, Duration) override {
    ++met;
    if (holds) return "42";
    return std::unexpected("shard 1 is lost");
  }
  void leave(const std::string& why) override { left = why; }

  bool holds = true;
  int met = 0;
  std::string left;
};

TEST(Accord, HearsWhatTheFirstShardOfAGroupSaysUntilOneIsLost) {
  ScriptedGroup group;
  Accord accord(ShardSeat{.shard = group.shard(), .start_at = {}, .group = &group});
  EXPECT_EQ(accord.moment([] { return 5; }, 0), 42);
  EXPECT_EQ(group.met, 2) << "all are there before the moment is chosen";
  group.holds = false;
  EXPECT_FALSE(accord.hear("x"));
  EXPECT_EQ(accord.broken(), "shard 1 is lost");
  EXPECT_FALSE(accord.hear("x"));
  EXPECT_EQ(group.met, 3) << "nobody is waited for any more";
}

}  // namespace
}  // namespace fairrush::loadgen
