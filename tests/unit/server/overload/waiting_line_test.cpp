#include "server/overload/waiting_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr SteadyTime kStart{seconds(100)};
constexpr LineLimits kLimits{.places_max = 5, .deadline = seconds(10)};

class LineTest : public testing::Test {
 protected:
  PlaceNumber enter(const char* event, std::uint32_t user, Duration after = {}) {
    return line_.enter(event, UserIndex(user), kStart + after);
  }
  WaitingLine line_{kLimits};
};

TEST_F(LineTest, ServesWhoeverCameFirst) {
  const PlaceNumber first = enter("a", 7);
  const PlaceNumber second = enter("a", 3);
  EXPECT_EQ(line_.position("a", first), 1U);
  EXPECT_EQ(line_.position("a", second), 2U);
  EXPECT_EQ(line_.next(), first);
  EXPECT_EQ(line_.position("a", first), 0U);
  EXPECT_EQ(line_.position("a", second), 1U);
  EXPECT_EQ(line_.next(), second);
  EXPECT_TRUE(line_.empty());
}

TEST_F(LineTest, CountsPlacesOnAfterItHasBeenEmpty) {
  enter("a", 1);
  line_.next();
  const PlaceNumber later = enter("a", 1);
  EXPECT_EQ(line_.position("a", later), 1U);
  EXPECT_EQ(line_.place_of("a", UserIndex(1)), later);
}

TEST_F(LineTest, ServesEventsInTurnSoThatALongLineKeepsNobodyElseWaiting) {
  const PlaceNumber a1 = enter("a", 1);
  const PlaceNumber a2 = enter("a", 2);
  const PlaceNumber a3 = enter("a", 3);
  const PlaceNumber b1 = enter("b", 1);
  EXPECT_EQ(line_.events(), 2U);
  EXPECT_EQ(line_.position("b", b1), 1U);
  std::vector<PlaceNumber> served;
  while (!line_.empty()) served.push_back(line_.next());
  EXPECT_THAT(served, ElementsAre(a1, b1, a2, a3));
  EXPECT_FALSE(line_.waits_for("a"));
}

TEST_F(LineTest, KnowsAUsersPlaceInEachEvent) {
  const PlaceNumber a = enter("a", 1);
  EXPECT_EQ(line_.place_of("a", UserIndex(1)), a);
  EXPECT_EQ(line_.place_of("a", UserIndex(2)), std::nullopt);
  EXPECT_EQ(line_.place_of("b", UserIndex(1)), std::nullopt);
  line_.next();
  EXPECT_EQ(line_.place_of("a", UserIndex(1)), std::nullopt);
}

TEST_F(LineTest, IsFullWithAllEventsTogether) {
  for (std::uint32_t user = 0; user < 5; ++user) {
    EXPECT_TRUE(line_.has_room());
    enter(user % 2 == 0 ? "a" : "b", user);
  }
  EXPECT_FALSE(line_.has_room());
  line_.next();
  EXPECT_TRUE(line_.has_room());
}

TEST_F(LineTest, GivesUpPlacesAtTheirDeadlineAndNoOthers) {
  const PlaceNumber early = enter("a", 1);
  const PlaceNumber elsewhere = enter("b", 1);
  const PlaceNumber late = enter("a", 2, seconds(5));
  EXPECT_THAT(line_.expire(kStart + seconds(10) - std::chrono::nanoseconds(1)), IsEmpty());
  EXPECT_THAT(line_.expire(kStart + seconds(10)), testing::UnorderedElementsAre(early, elsewhere));
  EXPECT_EQ(line_.position("a", late), 1U);
  EXPECT_EQ(line_.events(), 1U);
  EXPECT_EQ(line_.next(), late);
}

}  // namespace
}  // namespace fairrush::server
