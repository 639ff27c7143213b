#include "server/domain/event.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

EventWindows windows(std::int64_t reserve_open, std::int64_t reserve_close, std::int64_t claim_open,
                     std::int64_t claim_close) {
  return {from_unix_ms(reserve_open), from_unix_ms(reserve_close), from_unix_ms(claim_open),
          from_unix_ms(claim_close)};
}

TEST(EventWindows, IncludeTheirOpeningAndExcludeTheirClose) {
  const EventWindows times = windows(10, 20, 30, 40);
  const Duration instant{1};
  EXPECT_FALSE(times.reserving(from_unix_ms(10) - instant));
  EXPECT_TRUE(times.reserving(from_unix_ms(10)));
  EXPECT_TRUE(times.reserving(from_unix_ms(20) - instant));
  EXPECT_FALSE(times.reserving(from_unix_ms(20)));
  EXPECT_FALSE(times.rushing(from_unix_ms(30) - instant));
  EXPECT_TRUE(times.rushing(from_unix_ms(30)));
  EXPECT_TRUE(times.rushing(from_unix_ms(40) - instant));
  EXPECT_FALSE(times.rushing(from_unix_ms(40)));
}

TEST(EventWindows, GiveEveryMomentOnePhase) {
  const EventWindows times = windows(10, 20, 30, 40);
  EXPECT_EQ(phase_at(times, from_unix_ms(10) - kWarmUp - Duration(1)), Phase::scheduled);
  EXPECT_EQ(phase_at(times, from_unix_ms(10) - kWarmUp), Phase::warming);
  EXPECT_EQ(phase_at(times, from_unix_ms(9)), Phase::warming);
  EXPECT_EQ(phase_at(times, from_unix_ms(10)), Phase::reserving);
  EXPECT_EQ(phase_at(times, from_unix_ms(20)), Phase::reserved);
  EXPECT_EQ(phase_at(times, from_unix_ms(30)), Phase::rushing);
  EXPECT_EQ(phase_at(times, from_unix_ms(40)), Phase::closed);
  EXPECT_EQ(name_of(Phase::reserved), "reserved");
}

TEST(EventWindows, MustFollowEachOther) {
  EXPECT_TRUE(check_order(windows(10, 20, 20, 30))) << "the rush may open as reservations close";
  EXPECT_FALSE(check_order(windows(10, 10, 20, 30)));
  EXPECT_FALSE(check_order(windows(10, 21, 20, 30)));
  EXPECT_FALSE(check_order(windows(10, 20, 30, 30)));
  EXPECT_NE(check_order(windows(10, 21, 20, 30)).error().find("reserve_close_ms"),
            std::string::npos);
}

TEST(EventName, HoldsOneToSixtyFourPlainCharacters) {
  EXPECT_TRUE(is_event_name("rush-1_A.b"));
  EXPECT_TRUE(is_event_name(std::string(64, 'a')));
  EXPECT_FALSE(is_event_name(""));
  EXPECT_FALSE(is_event_name(std::string(65, 'a')));
  EXPECT_FALSE(is_event_name("a/b"));
  EXPECT_FALSE(is_event_name("a\"b"));
}

TEST(EventSecrets, AreNeverTheSameTwice) {
  const EventSecrets one = EventSecrets::generate();
  const EventSecrets other = EventSecrets::generate();
  EXPECT_EQ(one.salt.size(), 32U);
  EXPECT_NE(one.salt, other.salt);
  EXPECT_NE(one.draw, other.draw);
  EXPECT_NE(one.coupon_key, other.coupon_key);
  EXPECT_NE(one.draw, one.coupon_key);
}

}  // namespace
}  // namespace fairrush::server
