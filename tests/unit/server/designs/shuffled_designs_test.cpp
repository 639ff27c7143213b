// Designs that shuffle before the rush: preloaded-shuffle, blank-tickets; and bernoulli's coins.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "server/designs/chance.hpp"
#include "tests/unit/server/designs/virtual_rush.hpp"

namespace fairrush::server {
namespace {

TEST(PreloadedShuffle, GeneratesItsDiscountsByShare) {
  Rush rush(rush_spec("preloaded-shuffle", "50%"), fixed_secrets());
  VirtualRush drive(rush);
  drive.fill(400);
  std::map<std::int64_t, unsigned> coupons;
  for (std::uint32_t user = 0; user < 400; ++user) {
    drive.claim(user, Duration(user));
    if (drive.won(user)) ++coupons[rush.design().discount(drive.verdicts[user].serial)->value];
  }
  EXPECT_EQ(coupons, (std::map<std::int64_t, unsigned>{{10, 140}, {20, 50}, {50, 10}}));
}

TEST(PreloadedShuffle, TakesOffEverythingAtMost) {
  EventSpec spec = rush_spec("preloaded-shuffle", "20");
  spec.terms.discount.value = 40;
  Rush rush(spec, fixed_secrets());
  rush.close_reservations();
  EXPECT_EQ(rush.design().discount(1)->value, 100);
  EXPECT_EQ(rush.design().discount(2)->value, 80);
  EXPECT_EQ(rush.design().discount(20)->value, 40);
}

TEST(PreloadedShuffle, ServesFirstComeFirstServed) {
  Rush rush(rush_spec("preloaded-shuffle", "2"), fixed_secrets());
  VirtualRush drive(rush);
  drive.fill(5);
  for (const std::uint32_t user : {4U, 1U, 0U}) drive.claim(user, Duration(0));
  EXPECT_TRUE(drive.won(4) && drive.won(1));
  EXPECT_FALSE(drive.won(0));
  EXPECT_EQ(rush.design().loss(), ErrorCode::sold_out);
}

TEST(BlankTickets, GivesTheFirstClaimNoBetterChanceThanTheLast) {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  for (std::uint8_t secret = 0; secret < 200; ++secret) {
    Rush rush(rush_spec("blank-tickets"), fixed_secrets(secret));
    VirtualRush drive(rush);
    drive.fill(10);
    for (std::uint32_t user = 0; user < 10; ++user) drive.claim(user, Duration(user));
    first += drive.won(0) ? 1U : 0U;
    last += drive.won(9) ? 1U : 0U;
  }
  for (const std::uint32_t wins : {first, last}) {
    EXPECT_GE(wins, 17U) << "four standard deviations below 40";
    EXPECT_LE(wins, 63U);
  }
}

TEST(BlankTickets, LeavesSlipsForThoseWhoDoNotClaim) {
  Rush rush(rush_spec("blank-tickets"), fixed_secrets());
  VirtualRush drive(rush);
  drive.fill(1000);
  for (std::uint32_t user = 0; user < 500; ++user) drive.claim(user, Duration(user));
  EXPECT_EQ(drive.wins() + rush.design().remaining(), 200U);
  EXPECT_GT(rush.design().remaining(), 0U);
}

TEST(Bernoulli, TossesTheTicketsOwnCoin) {
  const auto winners = [](std::uint8_t secret, bool backwards) {
    Rush rush(rush_spec("bernoulli", "50%"), fixed_secrets(secret));
    VirtualRush drive(rush);
    drive.fill(9);
    for (std::uint32_t claim = 0; claim < 9; ++claim) {
      drive.claim(backwards ? 8 - claim : claim, Duration(claim));
    }
    std::vector<bool> won;
    for (std::uint32_t user = 0; user < 9; ++user) won.push_back(drive.won(user));
    return won;
  };
  unsigned below_the_cap = 0;
  for (std::uint8_t secret = 0; secret < 10; ++secret) {
    const std::vector<bool> forwards = winners(secret, false);
    if (std::ranges::count(forwards, true) == 4) continue;  // at the cap, order matters
    ++below_the_cap;
    EXPECT_EQ(forwards, winners(secret, true));
  }
  EXPECT_GT(below_the_cap, 0U);
}

TEST(Chance, IsUnbiasedOverItsBound) {
  const Chance chance(Bytes(32, 1), "test");
  std::map<std::uint32_t, unsigned> counts;
  for (std::uint64_t index = 0; index < 3000; ++index) ++counts[chance.below(3, index)];
  for (const std::uint32_t value : {0U, 1U, 2U}) {
    EXPECT_GE(counts[value], 896U) << "four standard deviations";
    EXPECT_LE(counts[value], 1104U);
  }
  EXPECT_EQ(counts.size(), 3U);
  EXPECT_EQ(chance.below(1), 0U);
  for (std::uint64_t index = 0; index < 100; ++index) EXPECT_LT(chance.below(~0U, index), ~0U);
}

}  // namespace
}  // namespace fairrush::server
