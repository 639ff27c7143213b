#include "base/calendar.hpp"

#include <gtest/gtest.h>

namespace fairrush {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kEleven{1'795'302'000s};

TEST(CalendarTime, IsADateWithItsOffsetFromUtc) {
  for (const char* text :
       {"2026-11-21T23:00:00Z", "2026-11-21 23:00:00+00", "2026-11-22T08:00:00+09",
        "2026-11-22T08:00:00+0900", "2026-11-21T17:30:00-05:30"}) {
    EXPECT_EQ(calendar_time(text), kEleven) << text;
  }
}

TEST(CalendarTime, HasUpToNineDigitsBehindThePoint) {
  EXPECT_EQ(calendar_time("2026-11-21T23:00:00.25Z"), kEleven + 250ms);
  EXPECT_EQ(calendar_time("2026-11-21 23:00:00.123456+00"), kEleven + 123'456us);
  EXPECT_EQ(calendar_time("2026-11-21T23:00:00.123456789Z"), kEleven + 123'456'789ns);
  EXPECT_FALSE(calendar_time("2026-11-21T23:00:00.1234567890Z"));
  EXPECT_FALSE(calendar_time("2026-11-21T23:00:00.Z"));
}

TEST(CalendarTime, IsNotReadWhereNobodyKnowsWhenItWas) {
  for (const char* text :
       {"", "tomorrow", "2026-11-21T23:00:00", "2026-11-21", "2026-13-21T23:00:00Z",
        "2026-02-29T23:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T23:60:00Z",
        "2026-11-21T23:00:00Z ", "2026-11-21T23:00:00+24", "2026-11-21T23:00:00+9",
        "2026-11-21T23:00:00+09:", "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z",
        "26-11-21T23:00:00Z", "2026/11/21 23:00:00Z"}) {
    EXPECT_FALSE(calendar_time(text)) << text;
  }
}

TEST(UnixTime, IsSecondsWithOrWithoutAFraction) {
  EXPECT_EQ(unix_time("1795302000"), kEleven);
  EXPECT_EQ(unix_time("1795302000.250"), kEleven + 250ms);
  EXPECT_EQ(unix_time("0"), WallTime());
  for (const char* text : {"", "-5", "1795302000.", "17953020000", "1.1234567890", "1e9", "12 "}) {
    EXPECT_FALSE(unix_time(text)) << text;
  }
}

}  // namespace
}  // namespace fairrush
