#include "server/schedule/daily_events.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "tests/unit/server/schedule/moments.hpp"

namespace fairrush::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// A rule of "rush" in Taipei, begun as a server would, on a clock that the test moves.
class DailyEventsTest : public testing::Test {
 protected:
  DailyEventsTest() {
    EventSpec spec;
    spec.name = "rush";
    spec.design = "sealed-draw";
    entry_ = &events_.add({.spec = spec,
                           .rule = *DailyRule::parse("22:55-22:59", "23:00-23:01", "Asia/Taipei"),
                           .key = {},
                           .request = {}});
  }

  /// What a tick begins: the day's name, or nothing.
  std::string tick() {
    std::string begun;
    for (const DayToBegin& day : events_.due(clock_.wall_now())) {
      events_.note(day.spec.name);
      begun += day.spec.name;
    }
    return begun;
  }
  std::string now_called_rush() { return events_.resolve("rush", clock_.wall_now()); }

  ManualClock clock_{moment("2024-04-24 12:00:00 +0800")};
  DailyEvents events_;
  DailyEvents::Entry* entry_ = nullptr;
};

TEST_F(DailyEventsTest, BeginEveryDayOnceAtItsWarmUp) {
  EXPECT_EQ(tick(), "") << "yesterday's is over";
  clock_.advance(hours(10) + minutes(44));
  EXPECT_EQ(tick(), "");
  clock_.advance(minutes(1));
  EXPECT_EQ(tick(), "rush-20240424");
  EXPECT_EQ(tick(), "");
  clock_.advance(hours(24));
  EXPECT_EQ(tick(), "rush-20240425");
}

TEST_F(DailyEventsTest, GiveADayItsWindowsAndAKeyThatIsTheSameOnEveryServer) {
  clock_.advance(hours(10) + minutes(45));
  const auto due = events_.due(clock_.wall_now());
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due.front().spec.windows.claim_open, moment("2024-04-24 23:00:00 +0800"));
  EXPECT_EQ(due.front().spec.design, "sealed-draw");
  EXPECT_EQ(due.front().key, "daily/20240424");
}

TEST_F(DailyEventsTest, BeginADayLateButNotWhenItIsOver) {
  clock_.advance(hours(11) + minutes(1) - std::chrono::seconds(1));
  EXPECT_EQ(tick(), "rush-20240424") << "a second before claims close";
  clock_.advance(hours(48) + std::chrono::seconds(1));
  EXPECT_EQ(tick(), "") << "the day after next has just closed, and the server slept";
}

TEST_F(DailyEventsTest, StandForTheLatestDayThatHasBegun) {
  EXPECT_EQ(now_called_rush(), "rush") << "nothing has begun";
  clock_.advance(hours(10) + minutes(45));
  tick();
  EXPECT_EQ(now_called_rush(), "rush-20240424");
  clock_.advance(hours(23));
  EXPECT_EQ(now_called_rush(), "rush-20240424") << "until the next one warms up";
  clock_.advance(hours(1));
  tick();
  EXPECT_EQ(now_called_rush(), "rush-20240425");
}

TEST_F(DailyEventsTest, ShowTheDayToComeWhereNoneHasBegun) {
  const DayToBegin next = events_.first(*entry_, clock_.wall_now());
  EXPECT_EQ(next.spec.name, "rush-20240424");
  events_.note(next.spec.name);
  EXPECT_EQ(now_called_rush(), "rush-20240424");
  clock_.advance(hours(10) + minutes(45));
  EXPECT_EQ(tick(), "") << "it has begun already";
}

TEST_F(DailyEventsTest, SurviveAClockThatIsSetBackAndForth) {
  clock_.advance(hours(10) + minutes(46));
  EXPECT_EQ(tick(), "rush-20240424");
  clock_.advance(-minutes(5));
  EXPECT_EQ(tick(), "") << "set back before the warm-up";
  EXPECT_EQ(now_called_rush(), "rush-20240424") << "rather than none";
  clock_.advance(minutes(6));
  EXPECT_EQ(tick(), "") << "twice through the same moment begins nothing twice";
  clock_.advance(hours(240));
  EXPECT_EQ(tick(), "rush-20240504") << "ten days ahead";
  clock_.advance(-hours(216));
  EXPECT_EQ(tick(), "rush-20240425") << "and back: the true day begins all the same";
  EXPECT_EQ(now_called_rush(), "rush-20240425");
}

TEST_F(DailyEventsTest, BeginNoFurtherDayOnceEnded) {
  clock_.advance(hours(10) + minutes(45));
  entry_->ended = true;
  EXPECT_EQ(tick(), "");
}

TEST_F(DailyEventsTest, KnowTheirDaysByName) {
  events_.note("rush-20240424");
  EXPECT_EQ(events_.entry_of("rush-20240424"), entry_);
  for (const char* other : {"rush", "rush-20240425", "rash-20240424", "rush-20241324",
                            "rush-2024042", "-20240424", "rush-2024042x", "rush-20240230"}) {
    events_.note(other);
  }
  EXPECT_EQ(entry_->begun.size(), 2U) << "and the one of the 25th";
  EXPECT_EQ(events_.entry_of("rash-20240424"), nullptr);
}

TEST_F(DailyEventsTest, NeedRoomForTheDayInTheirNames) {
  EXPECT_TRUE(DailyEvents::is_name(std::string(55, 'x')));
  EXPECT_FALSE(DailyEvents::is_name(std::string(56, 'x')));
}

}  // namespace
}  // namespace fairrush::server
