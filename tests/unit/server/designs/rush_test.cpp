#include "server/designs/rush.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/designs/designs.hpp"
#include "tests/unit/server/designs/virtual_rush.hpp"

namespace fairrush::server {
namespace {

using Claim = ClaimVerdict::Kind;
using Grant = ReservationGrant::Kind;
using std::chrono::milliseconds;

/// What must hold whatever the design.
class RushOfAnyDesign : public testing::TestWithParam<std::string> {
 protected:
  /// Everybody claims, 5 ms apart.
  void claim_all(std::uint32_t users) {
    drive_.fill(users);
    for (std::uint32_t user = 0; user < users; ++user) drive_.claim(user, milliseconds(5 * user));
    drive_.finish();
  }

  Rush rush_{rush_spec(GetParam()), fixed_secrets()};
  VirtualRush drive_{rush_};
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
  claim_all(503);
  EXPECT_EQ(drive_.verdicts.size(), 503U) << "everybody hears a verdict";
  EXPECT_EQ(rush_.design().quota(), 100U);
  if (GetParam() == "bernoulli") {
    EXPECT_LE(drive_.wins(), 100U);
    EXPECT_GE(drive_.wins(), 64U) << "four standard deviations";
  } else {
    EXPECT_EQ(drive_.wins(), 100U);
  }
  EXPECT_EQ(rush_.design().remaining(), 100U - drive_.wins());
}

TEST_P(RushOfAnyDesign, RepeatsEveryVerdict) {
  claim_all(50);
  for (const auto& [user, first] : drive_.verdicts) {
    const ClaimVerdict second = rush_.claim(UserIndex(user), std::chrono::hours(1));
    EXPECT_EQ(second.kind, first.kind == Claim::won ? Claim::won_before : Claim::lost);
    EXPECT_EQ(second.serial, first.serial);
  }
}

TEST_P(RushOfAnyDesign, TurnsAwayWhoeverDidNotReserve) {
  drive_.fill(5);
  EXPECT_EQ(rush_.claim(UserIndex(5), {}).kind, Claim::not_reserved);
}

TEST_P(RushOfAnyDesign, LooksUpAVerdictWithoutDeciding) {
  drive_.fill(5);
  EXPECT_EQ(rush_.verdict_of(UserIndex(0)).kind, Claim::pending);
  EXPECT_EQ(rush_.verdict_of(UserIndex(9)).kind, Claim::not_reserved);
  EXPECT_EQ(rush_.design().remaining(), 1U);
}

TEST_P(RushOfAnyDesign, GivesDifferentWinnersDifferentSerials) {
  claim_all(500);
  std::vector<CouponSerial> serials;
  for (const auto& [user, verdict] : drive_.verdicts) {
    if (verdict.kind == Claim::won) serials.push_back(verdict.serial);
  }
  std::ranges::sort(serials);
  EXPECT_EQ(std::ranges::adjacent_find(serials), serials.end());
}

TEST_P(RushOfAnyDesign, DecidesTheSameUnderTheSameSecret) {
  claim_all(100);
  Rush second(rush_spec(GetParam()), fixed_secrets());
  VirtualRush again(second);
  again.fill(100);
  for (std::uint32_t user = 0; user < 100; ++user) again.claim(user, milliseconds(5 * user));
  again.finish();
  for (const auto& [user, verdict] : drive_.verdicts) {
    EXPECT_EQ(again.verdicts.at(user).serial, verdict.serial) << user;
  }
}

/// Verdicts are replayed as a ledger gives them back: acceptances, wins in their order, losses.
TEST_P(RushOfAnyDesign, GoesOnAfterARestartWhereItWas) {
  claim_all(0);
  Rush first(rush_spec(GetParam()), fixed_secrets());
  VirtualRush before(first);
  before.fill(100);
  for (std::uint32_t user = 0; user < 50; ++user) before.claim(user, milliseconds(5 * user));
  before.finish();

  Rush second(rush_spec(GetParam()), fixed_secrets());
  VirtualRush after(second);
  after.fill(100);
  // Claims come 5 ms apart, so the order of issue is that of the claims, except where a waiting
  // room has shuffled it; serials tell.
  std::vector<std::pair<CouponSerial, TicketNumber>> issued;
  for (const auto& [user, verdict] : before.verdicts) {
    if (verdict.kind == Claim::won) issued.emplace_back(verdict.serial, verdict.ticket);
  }
  const bool by_serial = GetParam() != "sealed-draw" && GetParam() != "preloaded-shuffle" &&
                         GetParam() != "blank-tickets";
  if (by_serial) std::ranges::sort(issued);
  if (second.design().accepts_claims()) {
    for (const auto& [serial, ticket] : issued) EXPECT_TRUE(second.recall_accepted(ticket));
  }
  for (const auto& [serial, ticket] : issued) EXPECT_TRUE(second.recall(ticket, serial)) << serial;
  if (second.design().records_losses()) {
    for (const auto& [user, verdict] : before.verdicts) {
      if (verdict.kind == Claim::lost) EXPECT_TRUE(second.recall_loss(verdict.ticket));
    }
  }
  EXPECT_EQ(second.design().remaining(), first.design().remaining());
  for (std::uint32_t user = 50; user < 100; ++user) {
    before.claim(user, std::chrono::seconds(2) + milliseconds(5 * user));
    after.claim(user, std::chrono::seconds(2) + milliseconds(5 * user));
  }
  before.finish();
  after.finish();
  for (std::uint32_t user = 50; user < 100; ++user) {
    EXPECT_EQ(after.verdicts.at(user).kind, before.verdicts.at(user).kind) << user;
    EXPECT_EQ(after.verdicts.at(user).serial, before.verdicts.at(user).serial) << user;
  }
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
