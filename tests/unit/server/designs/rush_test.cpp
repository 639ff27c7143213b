#include "server/designs/rush.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/designs/designs.hpp"

namespace fairrush::server {
namespace {

using Claim = ClaimVerdict::Kind;
using Grant = ReservationGrant::Kind;

EventSecrets secrets() {
  return {.salt = Bytes(32, 1), .draw = Bytes(32, 2), .coupon_key = Bytes(32, 3)};
}

/// What must hold whatever the design.
class RushOfAnyDesign : public testing::TestWithParam<std::string> {
 protected:
  RushOfAnyDesign()
      : rush_({.name = "rush",
               .design = GetParam(),
               .quota = QuotaRule::of_share(Share{0.2}),
               .windows = {}},
              secrets()) {}

  void reserve(std::uint32_t users) {
    for (std::uint32_t user = 0; user < users; ++user) rush_.reserve(UserIndex(user));
  }

  void close_reservations() {
    DrawingDesign* const drawing = rush_.design().drawing();
    if (drawing != nullptr) drawing->adopt(drawing->draw_job(rush_.roster().tokens())());
  }

  Rush rush_;
};

TEST_P(RushOfAnyDesign, GivesAUserOneTicket) {
  const ReservationGrant first = rush_.reserve(UserIndex(7));
  const ReservationGrant second = rush_.reserve(UserIndex(7));
  EXPECT_EQ(first.kind, Grant::granted);
  EXPECT_EQ(second.kind, Grant::held_already);
  EXPECT_EQ(second.ticket, first.ticket);
  EXPECT_EQ(rush_.roster().size(), 1U);
}

TEST_P(RushOfAnyDesign, GivesExactlyTheQuotaWhenEveryoneClaims) {
  reserve(103);
  close_reservations();
  std::uint32_t wins = 0;
  for (std::uint32_t user = 0; user < 103; ++user) {
    wins += rush_.claim(UserIndex(user)).kind == Claim::won ? 1U : 0U;
  }
  EXPECT_EQ(wins, 20U);
  EXPECT_EQ(rush_.design().quota(), 20U);
}

TEST_P(RushOfAnyDesign, RepeatsEveryVerdict) {
  reserve(20);
  close_reservations();
  for (std::uint32_t user = 0; user < 20; ++user) {
    const ClaimVerdict first = rush_.claim(UserIndex(user));
    const ClaimVerdict second = rush_.claim(UserIndex(user));
    EXPECT_EQ(second.kind, first.kind == Claim::won ? Claim::won_before : Claim::lost);
    EXPECT_EQ(second.serial, first.serial);
  }
}

TEST_P(RushOfAnyDesign, TurnsAwayWhoeverDidNotReserve) {
  reserve(5);
  close_reservations();
  EXPECT_EQ(rush_.claim(UserIndex(5)).kind, Claim::not_reserved);
}

TEST_P(RushOfAnyDesign, LooksUpAVerdictWithoutDeciding) {
  reserve(5);
  close_reservations();
  EXPECT_EQ(rush_.verdict_of(UserIndex(0)).kind, Claim::pending);
  EXPECT_EQ(rush_.verdict_of(UserIndex(9)).kind, Claim::not_reserved);
}

TEST_P(RushOfAnyDesign, GivesDifferentWinnersDifferentSerials) {
  reserve(50);
  close_reservations();
  std::vector<CouponSerial> serials;
  for (std::uint32_t user = 0; user < 50; ++user) {
    const ClaimVerdict verdict = rush_.claim(UserIndex(user));
    if (verdict.kind == Claim::won) serials.push_back(verdict.serial);
  }
  std::ranges::sort(serials);
  EXPECT_EQ(std::ranges::adjacent_find(serials), serials.end());
}

std::vector<std::string> design_names() {
  std::vector<std::string> names;
  for (const DesignRow& row : designs()) names.emplace_back(row.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Designs, RushOfAnyDesign, testing::ValuesIn(design_names()),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Designs, AreFoundByTheirNamesOnly) {
  EXPECT_NE(find_design("sealed-draw"), nullptr);
  EXPECT_NE(find_design("ticket-list"), nullptr);
  EXPECT_EQ(find_design("sealed"), nullptr);
}

}  // namespace
}  // namespace fairrush::server
