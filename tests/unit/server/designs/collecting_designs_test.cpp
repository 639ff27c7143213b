// Designs that let claims wait: batch-draw and waiting-room.
#include <gtest/gtest.h>

#include "tests/unit/server/designs/virtual_rush.hpp"

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using Claim = ClaimVerdict::Kind;

TEST(BatchDraw, HoldsAClaimUntilItsWindowEnds) {
  Rush rush(rush_spec("batch-draw"), fixed_secrets());
  VirtualRush(rush).fill(10);
  EXPECT_FALSE(rush.next_decision());
  EXPECT_EQ(rush.claim(UserIndex(0), milliseconds(150)).kind, Claim::pending);
  EXPECT_EQ(rush.next_decision(), milliseconds(200)) << "windows are multiples of 100 ms";
  EXPECT_EQ(rush.claim(UserIndex(0), milliseconds(199)).kind, Claim::pending);
  EXPECT_TRUE(rush.advance(milliseconds(199)).empty());
  EXPECT_EQ(rush.advance(milliseconds(200)), std::vector{TicketNumber(1)});
  EXPECT_NE(rush.claim(UserIndex(0), milliseconds(200)).kind, Claim::pending);
}

TEST(BatchDraw, GivesEveryWindowItsShare) {
  Rush rush(rush_spec("batch-draw"), fixed_secrets());
  VirtualRush drive(rush);
  drive.fill(1000);
  std::uint32_t wins_before = 0;
  for (std::uint32_t window = 0; window < 10; ++window) {
    for (std::uint32_t user = 100 * window; user < 100 * (window + 1); ++user) {
      drive.claim(user, milliseconds(100 * window));
    }
    drive.finish();
    EXPECT_EQ(drive.wins() - wins_before, 20U) << window;
    wins_before = drive.wins();
  }
}

TEST(BatchDraw, LeavesTheShareOfThoseWhoDoNotClaim) {
  Rush rush(rush_spec("batch-draw"), fixed_secrets());
  VirtualRush drive(rush);
  drive.fill(1000);
  for (std::uint32_t user = 0; user < 400; ++user) drive.claim(user, milliseconds(user));
  drive.finish();
  EXPECT_EQ(drive.wins(), 80U);
  EXPECT_EQ(rush.design().remaining(), 120U);
}

TEST(BatchDraw, GivesClaimsThatComeAloneTheSameChance) {
  // One claim a window: whether it wins is the rounding's doing alone.
  std::uint32_t wins = 0;
  for (std::uint8_t secret = 0; secret < 200; ++secret) {
    Rush rush(rush_spec("batch-draw"), fixed_secrets(secret));
    VirtualRush drive(rush);
    drive.fill(10);
    drive.claim(3, milliseconds(0));
    drive.finish();
    wins += drive.wins();
  }
  EXPECT_GE(wins, 17U) << "four standard deviations below 40";
  EXPECT_LE(wins, 63U);
}

TEST(WaitingRoom, ServesItsFirstStretchInRandomOrder) {
  std::uint32_t last_but_winning = 0;
  for (std::uint8_t secret = 0; secret < 200; ++secret) {
    Rush rush(rush_spec("waiting-room"), fixed_secrets(secret));
    VirtualRush drive(rush);
    drive.fill(10);
    for (std::uint32_t user = 0; user < 10; ++user) drive.claim(user, milliseconds(99 * user));
    EXPECT_TRUE(drive.verdicts.empty());
    drive.finish();
    EXPECT_EQ(drive.wins(), 2U);
    last_but_winning += drive.won(9) ? 1U : 0U;
  }
  EXPECT_GE(last_but_winning, 17U);
  EXPECT_LE(last_but_winning, 63U);
}

TEST(WaitingRoom, ServesFirstComeFirstServedBehindIt) {
  Rush rush(rush_spec("waiting-room"), fixed_secrets());
  VirtualRush drive(rush);
  drive.fill(10);
  drive.claim(5, milliseconds(0));
  for (const std::uint32_t user : {3U, 4U}) drive.claim(user, milliseconds(1000 + user));
  EXPECT_TRUE(drive.won(5) && drive.won(3));
  EXPECT_EQ(drive.verdicts.at(4).kind, Claim::lost);
}

TEST(WaitingRoom, WithoutAStretchIsFirstComeFirstServed) {
  EventSpec spec = rush_spec("waiting-room");
  spec.pacing.waiting = Duration(0);
  Rush rush(spec, fixed_secrets());
  VirtualRush drive(rush);
  drive.fill(5);
  drive.claim(4, Duration(0));
  EXPECT_TRUE(drive.won(4));
}

}  // namespace
}  // namespace fairrush::server
