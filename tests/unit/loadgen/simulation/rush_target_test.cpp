// The simulated service answers as the real one does.
#include "cli/simulate/rush_target.hpp"

#include <gtest/gtest.h>

#include "tests/unit/loadgen/simulation/simulated_rush.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Outcome;
using analysis::Reason;

constexpr std::int64_t kReserveOpen = 100;
constexpr std::int64_t kReserveClose = 200;
constexpr std::int64_t kRushOpen = 300;
constexpr std::int64_t kRushClose = 400;

class RushTargetTest : public testing::Test {
 protected:
  RushTargetTest() : target_(cli::rules_of(sample_scenario(), "event", {.design = "ticket-list"})) {
    target_.open({.number = 0,
                  .seed = 1,
                  .reservation = {kReserveOpen, kReserveClose},
                  .rush = {kRushOpen, kRushClose},
                  .in_full = true});
  }

  VirtualAnswer reserve(std::uint32_t user, std::int64_t now, std::uint8_t key = 0) {
    return target_.reserve({UserIndex(user), 0, now, key});
  }
  VirtualAnswer claim(std::uint32_t user, std::int64_t now, std::uint8_t key = 0) {
    return target_.claim({UserIndex(user), 0, now, key});
  }
  /// Five users, one coupon.
  void fill_roster() {
    for (std::uint32_t user = 0; user < 5; ++user) reserve(user, kReserveOpen + user);
  }

  cli::RushTarget target_;
};

TEST_F(RushTargetTest, KeepsTheReservationWindow) {
  EXPECT_EQ(reserve(1, kReserveOpen - 1).reason, Reason::outside_window);
  EXPECT_EQ(reserve(1, kReserveOpen).outcome, Outcome::accepted);
  EXPECT_EQ(reserve(2, kReserveClose).reason, Reason::outside_window);
}

TEST_F(RushTargetTest, RepeatsAReservationUnderItsKeyAndRefusesAnother) {
  const VirtualAnswer first = reserve(1, 150, 7);
  EXPECT_EQ(reserve(1, 160, 7).outcome, Outcome::accepted);
  EXPECT_EQ(reserve(1, 160, 7).receipt, first.receipt);
  EXPECT_EQ(reserve(1, 160, 8).reason, Reason::duplicate_reservation);
  EXPECT_EQ(reserve(1, kReserveClose, 8).reason, Reason::duplicate_reservation);
}

TEST_F(RushTargetTest, RefusesEarlyAndLateClaimsAndIntruders) {
  fill_roster();
  EXPECT_EQ(claim(0, kRushOpen - 1).reason, Reason::outside_window);
  EXPECT_EQ(claim(9, kRushOpen).reason, Reason::not_reserved);
  EXPECT_EQ(claim(0, kRushClose).reason, Reason::outside_window);
}

TEST_F(RushTargetTest, RepeatsAWinUnderItsKeyAndNamesTheCouponUnderAnother) {
  fill_roster();
  const VirtualAnswer win = claim(3, kRushOpen, 1);
  ASSERT_EQ(win.outcome, Outcome::win);
  EXPECT_EQ(claim(3, kRushOpen + 1, 1).outcome, Outcome::win);
  const VirtualAnswer duplicate = claim(3, kRushOpen + 1, 2);
  EXPECT_EQ(duplicate.reason, Reason::already_claimed);
  EXPECT_EQ(duplicate.receipt, win.receipt);
}

TEST_F(RushTargetTest, TellsAVerdictAgainAfterTheClose) {
  fill_roster();
  claim(3, kRushOpen);
  ASSERT_EQ(claim(4, kRushOpen + 1).reason, Reason::sold_out);
  EXPECT_EQ(claim(4, kRushClose + 1).reason, Reason::sold_out);
  EXPECT_EQ(claim(3, kRushClose + 1).outcome, Outcome::win);
}

TEST_F(RushTargetTest, ShowsTheCouponInTheWalletAndSpendsItOnce) {
  fill_roster();
  const VirtualAnswer win = claim(3, kRushOpen);
  EXPECT_EQ(target_.status({UserIndex(3), 0, 350, 0}).receipt, win.receipt);
  EXPECT_EQ(target_.status({UserIndex(4), 0, 350, 0}).receipt, 0U);
  EXPECT_EQ(target_.redeem({UserIndex(3), 0, 360, 0}, win.receipt).outcome, Outcome::accepted);
  EXPECT_EQ(target_.redeem({UserIndex(3), 0, 361, 1}, win.receipt).reason, Reason::already_used);
}

TEST_F(RushTargetTest, ClosesWithWhatItGave) {
  fill_roster();
  const VirtualAnswer win = claim(3, kRushOpen);
  const std::string coupon(target_.receipt_text(analysis::Op::claim, win.receipt));
  const VirtualClosing closing = target_.close();
  EXPECT_EQ(closing.roster, 5U);
  EXPECT_EQ(closing.coupons, 1U);
  EXPECT_EQ(closing.stock.remaining, 0U);
  ASSERT_EQ(closing.records.ledger->size(), 1U);
  EXPECT_EQ(closing.records.ledger->front().user, UserIndex(3));
  EXPECT_EQ(closing.records.ledger->front().coupon, coupon);
}

TEST_F(RushTargetTest, BeginsEveryRoundWithNobody) {
  fill_roster();
  claim(3, kRushOpen);
  target_.open({.number = 1,
                .seed = 2,
                .reservation = {1'100, 1'200},
                .rush = {1'300, 1'400},
                .in_full = false});
  EXPECT_EQ(claim(3, 1'300).reason, Reason::not_reserved);
  EXPECT_EQ(target_.close().roster, 0U);
}

}  // namespace
}  // namespace fairrush::loadgen
