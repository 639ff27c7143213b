#include "server/overload/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart{seconds(1000)};

/// Requests of a user that are taken when as many come at once.
int taken_at_once(RateLimiter& limiter, UserIndex user, SteadyTime now, int requests) {
  int taken = 0;
  for (int request = 0; request < requests; ++request) {
    taken += limiter.refuse(user, now) ? 0 : 1;
  }
  return taken;
}

TEST(TokenBucket, HoldsASecondsWorthAndFillsAtItsRate) {
  TokenBucket bucket;
  int taken = 0;
  while (!bucket.take({10}, kStart)) ++taken;
  EXPECT_EQ(taken, 10);
  EXPECT_TRUE(bucket.take({10}, kStart + milliseconds(99)));
  EXPECT_FALSE(bucket.take({10}, kStart + milliseconds(100)));
  EXPECT_TRUE(bucket.take({10}, kStart + milliseconds(100)));
}

TEST(TokenBucket, SaysHowLongUntilThereIsAToken) {
  TokenBucket bucket;
  EXPECT_FALSE(bucket.take({0.5}, kStart)) << "a slow bucket holds one token too";
  EXPECT_EQ(bucket.take({0.5}, kStart + milliseconds(500)), Duration(milliseconds(1500)));
  EXPECT_FALSE(bucket.take({0.5}, kStart + seconds(2)));
}

TEST(TokenBucket, LosesNothingByRefusing) {
  TokenBucket bucket;
  ASSERT_FALSE(bucket.take({1}, kStart));
  for (int request = 0; request < 1000; ++request) EXPECT_TRUE(bucket.take({1}, kStart));
  EXPECT_FALSE(bucket.take({1}, kStart + seconds(1)));
}

TEST(RateLimiter, TakesEverythingWhenNothingIsLimited) {
  RateLimiter limiter({});
  EXPECT_EQ(taken_at_once(limiter, UserIndex(1), kStart, 100'000), 100'000);
  EXPECT_EQ(limiter.users(), 0U);
}

TEST(RateLimiter, LimitsEachUserByThemselvesAndAllTogether) {
  RateLimiter limiter({.total = {10}, .per_user = {3}});
  EXPECT_EQ(taken_at_once(limiter, UserIndex(1), kStart, 50), 3);
  EXPECT_EQ(taken_at_once(limiter, UserIndex(2), kStart, 50), 3);
  EXPECT_EQ(taken_at_once(limiter, UserIndex(3), kStart, 50), 3);
  EXPECT_EQ(taken_at_once(limiter, UserIndex(4), kStart, 50), 1) << "ten together";
}

TEST(RateLimiter, LetsOneUsersVainRequestsTakeNothingFromTheOthers) {
  RateLimiter limiter({.total = {10}, .per_user = {1}});
  EXPECT_EQ(taken_at_once(limiter, UserIndex(1), kStart, 1'000), 1);
  for (std::uint32_t user = 2; user <= 10; ++user) {
    EXPECT_EQ(taken_at_once(limiter, UserIndex(user), kStart, 1), 1) << user;
  }
}

TEST(RateLimiter, RemembersAUserAcrossItsPeriods) {
  RateLimiter limiter({.total = {}, .per_user = {2}});
  SteadyTime now = kStart;
  int taken = 0;
  for (int tenth = 0; tenth < 100; ++tenth, now += milliseconds(100)) {
    taken += taken_at_once(limiter, UserIndex(7), now, 5);
    taken_at_once(limiter, UserIndex(8), now, 1);  // somebody else turns the periods
  }
  EXPECT_GE(taken, 20);
  EXPECT_LE(taken, 22) << "two a second for ten seconds, and two at first";
}

TEST(RateLimiter, ForgetsUsersWhoDoNotCome) {
  RateLimiter limiter({.total = {}, .per_user = {2}});
  SteadyTime now = kStart;
  for (std::uint32_t user = 0; user < 100'000; ++user) {
    limiter.refuse(UserIndex(user), now);
    now += milliseconds(1);
  }
  EXPECT_LE(limiter.users(), 2'001U) << "of two periods of a second";
}

}  // namespace
}  // namespace fairrush::server
