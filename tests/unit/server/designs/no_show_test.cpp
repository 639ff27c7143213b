#include "server/designs/by_chance/no_show.hpp"

#include <gtest/gtest.h>

#include "tests/unit/server/designs/virtual_rush.hpp"

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

template <class Kind, class... More>
Rush rush_of(const char* quota, More... more) {
  const EventSpec spec = rush_spec("sealed-draw", quota);
  return Rush(fixed_secrets().salt, std::make_unique<Kind>(spec, fixed_secrets(), more...));
}

TEST(SecondDraw, GivesWhatIsLeftToThoseWhoClaimed) {
  Rush rush = rush_of<SecondDraw>("20%");
  VirtualRush drive(rush);
  drive.fill(1000);
  for (std::uint32_t user = 0; user < 400; ++user) drive.claim(user, milliseconds(user));
  const std::uint32_t drawn = drive.wins();
  EXPECT_EQ(drive.verdicts.size(), drawn) << "the others wait for the end";
  EXPECT_EQ(rush.next_decision(), seconds(10));
  drive.finish();
  EXPECT_EQ(drive.wins(), 200U);
  EXPECT_EQ(drive.verdicts.size(), 400U);
  EXPECT_EQ(rush.design().remaining(), 0U);
  EXPECT_EQ(rush.design().released(), 0U) << "given again is not given up";
}

TEST(SecondDraw, KeepsWhatNobodyIsThereToTake) {
  Rush rush = rush_of<SecondDraw>("50%");
  VirtualRush drive(rush);
  drive.fill(10);
  for (std::uint32_t user = 0; user < 3; ++user) drive.claim(user, milliseconds(user));
  drive.finish();
  EXPECT_EQ(drive.wins(), 3U) << "more coupons than claimants";
  EXPECT_EQ(rush.design().remaining(), 2U);
}

TEST(SecondDraw, DoesNotCareInWhichOrderTheyClaimed) {
  const auto winners = [](bool backwards) {
    Rush rush = rush_of<SecondDraw>("20%");
    VirtualRush drive(rush);
    drive.fill(100);
    for (std::uint32_t claim = 0; claim < 50; ++claim) {
      drive.claim(backwards ? 49 - claim : claim, milliseconds(claim));
    }
    drive.finish();
    std::vector<bool> won;
    for (std::uint32_t user = 0; user < 50; ++user) won.push_back(drive.won(user));
    return won;
  };
  EXPECT_EQ(winners(false), winners(true));
}

TEST(ReleasedDraw, HoldsEveryCouponUntilTheMoment) {
  Rush rush = rush_of<ReleasedDraw>("20%", seconds(5));
  VirtualRush drive(rush);
  drive.fill(1000);
  for (std::uint32_t user = 0; user < 500; ++user) drive.claim(user, milliseconds(user));
  const std::uint32_t drawn = drive.wins();
  EXPECT_LT(drawn, 200U);
  EXPECT_EQ(rush.design().remaining(), 200U - drawn);
  for (std::uint32_t user = 500; user < 1000; ++user) {
    drive.claim(user, seconds(5) + milliseconds(user));
  }
  EXPECT_EQ(drive.wins(), 200U);
  EXPECT_EQ(rush.design().released(), 0U) << "given again is not given up";
  EXPECT_EQ(rush.design().remaining(), 0U);
  EXPECT_TRUE(drive.won(500)) << "first come, first served behind the moment";
  EXPECT_FALSE(drive.won(999));
}

TEST(ReleasedDraw, LeavesLosersLosers) {
  Rush rush = rush_of<ReleasedDraw>("20%", seconds(5));
  VirtualRush drive(rush);
  drive.fill(100);
  for (std::uint32_t user = 0; user < 50; ++user) drive.claim(user, {});
  for (const auto& [user, verdict] : drive.verdicts) {
    if (verdict.kind != ClaimVerdict::Kind::lost) continue;
    EXPECT_EQ(rush.claim(UserIndex(user), seconds(6)).kind, ClaimVerdict::Kind::lost);
  }
  EXPECT_LT(drive.wins(), 50U);
}

}  // namespace
}  // namespace fairrush::server
