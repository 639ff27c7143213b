#include "loadgen/target/date_clock.hpp"

#include <fmt/chrono.h>
#include <gtest/gtest.h>

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

constexpr auto kEpoch = WallTime(1'700'000'000s);

std::string http_date(WallTime time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                     std::chrono::floor<std::chrono::seconds>(time));
}

TEST(HttpDate, IsReadInItsOneForm) {
  EXPECT_EQ(parse_http_date("Tue, 14 Nov 2023 22:13:20 GMT"), kEpoch);
  EXPECT_EQ(parse_http_date(http_date(kEpoch + 86'399s)), kEpoch + 86'399s);
  for (const char* const text : {"", "Tue, 14 Nov 2023 22:13:20", "Tue, 31 Feb 2023 22:13:20 GMT",
                                 "Tue, 14 Nox 2023 22:13:20 GMT", "Tue, 14 Nov 9999 22:13:20 GMT",
                                 "Tue, 14-Nov-2023 22:1x:20 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

/// Asks a server whose clock is ahead by `ahead`; each answer and each pause take 2 ms.
FromTarget<std::optional<ClockOffset>> compared(Duration ahead, bool stands_still = false) {
  ManualClock clock(kEpoch + 250ms);
  return clock_by_date(
      clock,
      [&]() -> FromTarget<std::string> {
        clock.advance(1ms);
        const WallTime theirs = stands_still ? kEpoch : clock.wall_now() + ahead;
        clock.advance(1ms);
        return http_date(theirs);
      },
      [&] { clock.advance(2ms); });
}

TEST(ClockByDate, IsKnownToMillisecondsFromWholeSeconds) {
  for (const Duration ahead : {0ms, 3217ms, -1401ms}) {
    const auto found = compared(ahead);
    ASSERT_TRUE(found && *found);
    EXPECT_LE((*found)->error, 5ms);
    EXPECT_LE(std::chrono::abs((*found)->offset - ahead), (*found)->error);
  }
}

TEST(ClockByDate, IsUnknownWhenTheSecondNeverChangesOrIsNotSaid) {
  EXPECT_EQ(*compared(0ms, true), std::nullopt);
  ManualClock clock;
  const AskDate says_nothing = []() -> FromTarget<std::string> { return std::string(); };
  EXPECT_EQ(*clock_by_date(clock, says_nothing, [] {}), std::nullopt);
}

}  // namespace
}  // namespace fairrush::loadgen
