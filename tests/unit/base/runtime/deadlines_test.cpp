#include "base/runtime/deadlines.hpp"

#include <gtest/gtest.h>

namespace fairrush {
namespace {

using std::chrono::seconds;

constexpr SteadyTime at(int second) {
  return SteadyTime{seconds(second)};
}

TEST(Deadlines, ExpireInOrderAndNotBeforeTheirTime) {
  Deadlines deadlines(seconds(5));
  DeadlineHook first;
  DeadlineHook second;
  deadlines.arm(first, at(0));
  deadlines.arm(second, at(1));
  EXPECT_EQ(deadlines.take_expired(at(4)), nullptr);
  EXPECT_EQ(deadlines.take_expired(at(5)), &first);
  EXPECT_EQ(deadlines.take_expired(at(5)), nullptr);
  EXPECT_FALSE(first.armed());
  EXPECT_EQ(deadlines.take_expired(at(100)), &second);
  EXPECT_EQ(deadlines.take_expired(at(100)), nullptr);
}

TEST(Deadlines, StartAnewWhenArmedAgain) {
  Deadlines deadlines(seconds(5));
  DeadlineHook first;
  DeadlineHook second;
  deadlines.arm(first, at(0));
  deadlines.arm(second, at(1));
  deadlines.arm(first, at(2));
  EXPECT_EQ(deadlines.take_expired(at(6)), &second);
  EXPECT_EQ(deadlines.take_expired(at(6)), nullptr);
  EXPECT_EQ(deadlines.take_expired(at(7)), &first);
}

TEST(Deadlines, ForgetWhatIsDisarmed) {
  Deadlines deadlines(seconds(5));
  DeadlineHook hook;
  deadlines.disarm(hook);
  deadlines.arm(hook, at(0));
  EXPECT_TRUE(hook.armed());
  deadlines.disarm(hook);
  EXPECT_FALSE(hook.armed());
  EXPECT_EQ(deadlines.take_expired(at(100)), nullptr);
}

TEST(DeadlinesDeathTest, StopWhenAHookIsDestroyedWhileArmed) {
  EXPECT_DEATH(
      {
        Deadlines deadlines(seconds(5));
        DeadlineHook hook;
        deadlines.arm(hook, at(0));
      },
      "armed");
}

}  // namespace
}  // namespace fairrush
