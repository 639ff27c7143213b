#include "loadgen/transport/gathering.hpp"

#include <gtest/gtest.h>

namespace fairrush::loadgen {
namespace {

TEST(Gathering, TakesEachAnswerAsItComesAtFirst) {
  EXPECT_EQ(Gathering().wanted(10'000), 1U);
}

TEST(Gathering, WantsMoreAsLongAsTheyComeInTime) {
  Gathering gathering;
  for (int wait = 0; wait < 20; ++wait) {
    const unsigned wanted = gathering.wanted(10'000);
    gathering.waited(wanted, wanted);
  }
  EXPECT_EQ(gathering.wanted(10'000), Gathering::kMost);
}

TEST(Gathering, WantsNoMoreThanAShareOfThoseThatCanCome) {
  Gathering gathering;
  for (int wait = 0; wait < 20; ++wait) gathering.waited(1, 1);
  EXPECT_EQ(gathering.wanted(64), 32U);
  EXPECT_EQ(gathering.wanted(3), 1U);
  EXPECT_EQ(gathering.wanted(0), 1U) << "a driver that does not know";
}

TEST(Gathering, WantsFewerOfATargetThatIsTooSlowForIt) {
  Gathering gathering;
  for (int wait = 0; wait < 3; ++wait) gathering.waited(1, 1);
  EXPECT_EQ(gathering.wanted(10'000), 8U);
  gathering.waited(8, 2);
  EXPECT_EQ(gathering.wanted(10'000), 4U);
  for (int wait = 0; wait < 5; ++wait) gathering.waited(2, 0);
  EXPECT_EQ(gathering.wanted(10'000), 1U);
}

}  // namespace
}  // namespace fairrush::loadgen
