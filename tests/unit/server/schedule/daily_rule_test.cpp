#include "server/schedule/daily_rule.hpp"

#include <gtest/gtest.h>

#include "tests/unit/server/schedule/moments.hpp"

namespace fairrush::server {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

DailyRule rule(std::string_view reserve, std::string_view claim, std::string_view zone) {
  auto parsed = DailyRule::parse(reserve, claim, zone);
  EXPECT_TRUE(parsed) << parsed.error();
  return *parsed;
}

CalendarDay day(int year, unsigned month, unsigned number) {
  return CalendarDay(std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                                 std::chrono::day(number)));
}

std::string error_of(std::string_view reserve, std::string_view claim, std::string_view zone) {
  const auto parsed = DailyRule::parse(reserve, claim, zone);
  return parsed ? "accepted" : parsed.error();
}

TEST(DailyRuleTest, HasTheWindowsOfItsZone) {
  const auto windows =
      rule("22:55-22:59", "23:00-23:01", "Asia/Taipei").windows_of(day(2024, 4, 24));
  EXPECT_EQ(windows.reserve_open, moment("2024-04-24 22:55:00 +0800"));
  EXPECT_EQ(windows.reserve_close, moment("2024-04-24 22:59:00 +0800"));
  EXPECT_EQ(windows.claim_open, moment("2024-04-24 23:00:00 +0800"));
  EXPECT_EQ(windows.claim_close, moment("2024-04-24 23:01:00 +0800"));
  EXPECT_TRUE(check_order(windows));
}

TEST(DailyRuleTest, MayHaveSecondsAndGoBeyondMidnight) {
  const auto windows =
      rule("23:58:30-23:59:59", "00:00-00:00:30", "UTC").windows_of(day(2023, 12, 31));
  EXPECT_EQ(windows.reserve_open, moment("2023-12-31 23:58:30 +0000"));
  EXPECT_EQ(windows.claim_open, moment("2024-01-01 00:00:00 +0000"));
  EXPECT_EQ(windows.claim_close, moment("2024-01-01 00:00:30 +0000"));
}

TEST(DailyRuleTest, SaysWhatIsNotAccepted) {
  for (const char* window : {"", "22:55", "22:55-22:55", "24:00-24:01", "22:60-23:00", "2:55-2:59",
                             "22:55-22:59x", "aa:bb-cc:dd", "22.55-22.59", "+1:00-02:00"}) {
    EXPECT_NE(error_of(window, "23:00-23:01", "UTC").find("'daily.reserve' is \""),
              std::string::npos)
        << window;
  }
  EXPECT_NE(error_of("22:55-23:02", "23:00-23:01", "UTC").find("'daily.claim'"), std::string::npos);
  EXPECT_NE(error_of("12:00-13:00", "11:00-11:59", "UTC").find("23 hours and 50"),
            std::string::npos);
  EXPECT_EQ(error_of("12:00-13:00", "11:00-11:50", "UTC"), "accepted");
}

TEST(DailyRuleTest, TakesZonesByNameAndNoFiles) {
  for (const char* zone : {"", "Mars/Olympus", "../../etc/passwd", "/etc/localtime",
                           "file:Asia/Taipei", "Asia/Taipei\n"}) {
    EXPECT_NE(error_of("22:55-22:59", "23:00-23:01", zone).find("'daily.time_zone'"),
              std::string::npos)
        << zone;
  }
}

TEST(DailyRuleTest, OpensATimeThatTheClockSkipsAtTheJump) {
  // Berlin, 31 March 2024: 02:00 is followed by 03:00.
  const auto windows =
      rule("02:10-02:20", "02:30-02:31", "Europe/Berlin").windows_of(day(2024, 3, 31));
  EXPECT_EQ(windows.reserve_open, moment("2024-03-31 03:00:00 +0200"));
  EXPECT_EQ(windows.reserve_close - windows.reserve_open, minutes(10));
  EXPECT_EQ(windows.claim_open, windows.reserve_close) << "not before the other has closed";
  EXPECT_EQ(windows.claim_close - windows.claim_open, minutes(1));
  EXPECT_TRUE(check_order(windows));
}

TEST(DailyRuleTest, OpensATimeThatTheClockShowsTwiceTheFirstTime) {
  // Berlin, 27 October 2024: 03:00 is followed by 02:00.
  const auto windows =
      rule("02:10-02:20", "02:30-02:31", "Europe/Berlin").windows_of(day(2024, 10, 27));
  EXPECT_EQ(windows.reserve_open, moment("2024-10-27 02:10:00 +0200"));
  EXPECT_EQ(windows.claim_open, moment("2024-10-27 02:30:00 +0200"));
  EXPECT_EQ(windows.claim_close, moment("2024-10-27 02:31:00 +0200"));
}

TEST(DailyRuleTest, KeepsTheLengthOfAWindowThatTheClockJumpsIn) {
  const DailyRule over_the_jump = rule("01:55-02:05", "03:30-03:31", "Europe/Berlin");
  const auto spring = over_the_jump.windows_of(day(2024, 3, 31));
  EXPECT_EQ(spring.reserve_close - spring.reserve_open, minutes(10));
  EXPECT_EQ(spring.claim_open, moment("2024-03-31 03:30:00 +0200"));
  const auto autumn = over_the_jump.windows_of(day(2024, 10, 27));
  EXPECT_EQ(autumn.reserve_close - autumn.reserve_open, minutes(10));
  EXPECT_EQ(autumn.claim_open, moment("2024-10-27 03:30:00 +0100"));
}

TEST(DailyRuleTest, HasWindowsInOrderOnEveryDayOfAYear) {
  for (const char* zone :
       {"Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Taipei",
        "Africa/Casablanca", "America/Santiago", "Pacific/Apia"}) {
    for (const auto& one :
         {rule("22:55-22:59", "23:00-23:01", zone), rule("23:50-00:10", "01:55-02:05", zone),
          rule("01:59-02:01", "02:01-03:01", zone)}) {
      CalendarDay date = day(2024, 1, 1);
      WallTime before = one.windows_of(date - std::chrono::days(1)).claim_close;
      for (int count = 0; count < 366; ++count, date += std::chrono::days(1)) {
        const auto windows = one.windows_of(date);
        ASSERT_TRUE(check_order(windows)) << zone << " " << text_of(date);
        ASSERT_LE(before, one.warm_up_of(date)) << zone << " " << text_of(date);
        ASSERT_EQ(one.day_at(one.warm_up_of(date)), date) << zone;
        ASSERT_EQ(one.day_at(windows.claim_close), date) << zone;
        before = windows.claim_close;
      }
    }
  }
}

TEST(DailyRuleTest, BeginsADayTenMinutesBeforeItsFirstWindow) {
  const DailyRule taipei = rule("22:55-22:59", "23:00-23:01", "Asia/Taipei");
  const WallTime warm_up = moment("2024-04-24 22:45:00 +0800");
  EXPECT_EQ(taipei.day_at(warm_up - seconds(1)), day(2024, 4, 23));
  EXPECT_EQ(taipei.day_at(warm_up), day(2024, 4, 24));
  EXPECT_EQ(taipei.day_at(warm_up + std::chrono::hours(20)), day(2024, 4, 24));
  const DailyRule at_midnight = rule("00:05-00:06", "00:07-00:08", "UTC");
  EXPECT_EQ(at_midnight.day_at(moment("2024-04-24 23:55:00 +0000")), day(2024, 4, 25));
}

TEST(CalendarDayTest, IsWrittenAsEightDigits) {
  EXPECT_EQ(text_of(day(2024, 4, 24)), "20240424");
  EXPECT_EQ(text_of(day(999, 1, 2)), "09990102");
}

}  // namespace
}  // namespace fairrush::server
