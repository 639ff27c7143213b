#include <algorithm>
#include <map>
#include <set>

#include "tests/contract/contract_world.hpp"

namespace fairrush::contract {
namespace {

constexpr std::uint32_t kUsers = 40;
constexpr std::uint32_t kCoupons = 8;  // a fifth of them

class ClaimContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    if (IsSkipped()) return;
    create_event(QuotaRule::of_share(Share{0.2}));
  }
  void fill() {
    reserve_all(0, kUsers);
    enter_rush();
  }
  /// Every acknowledged coupon is its user's in the ledger, and nobody else has one.
  void expect_ledger_agrees(const std::vector<ClaimHeard>& heard) {
    std::map<std::uint32_t, std::string> told;
    for (std::uint32_t user = 0; user < heard.size(); ++user) {
      if (heard[user].won) told[user] = heard[user].coupon;
    }
    std::map<std::uint32_t, std::string> kept;
    for (const IssuedRow& row : ledger()) kept[row.user.value()] = row.code.view();
    EXPECT_EQ(kept, told);
  }
};

TEST_P(ClaimContract, GivesOutTheQuotaAndNoCouponTwice) {
  fill();
  const std::vector<ClaimHeard> heard = claim_all(0, kUsers);
  std::set<std::string> coupons;
  for (const ClaimHeard& one : heard) {
    if (one.won) EXPECT_TRUE(coupons.insert(one.coupon).second) << one.coupon;
    if (!one.won) EXPECT_TRUE(is_loss(one)) << name_of(one.refusal);
  }
  EXPECT_LE(coupons.size(), kCoupons);
  if (gives_all()) EXPECT_EQ(coupons.size(), kCoupons);
  expect_ledger_agrees(heard);
  EXPECT_EQ(counts(), std::pair(kUsers, std::uint64_t{coupons.size()}));
}

TEST_P(ClaimContract, AnswersARetryUnderTheSameKeyAsTheFirstTime) {
  fill();
  const std::vector<ClaimHeard> first = claim_all(0, kUsers);
  EXPECT_EQ(claim_all(0, kUsers), first);
  leave_rush();
  EXPECT_EQ(claim_all(0, kUsers), first) << "a verdict outlives its window";
}

TEST_P(ClaimContract, TellsAWinnerWhoComesAgainUnderAnotherKey) {
  fill();
  const std::vector<ClaimHeard> first = claim_all(0, kUsers);
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    const ClaimHeard again = claim(user, "another");
    if (first[user].won) {
      EXPECT_EQ(again.refusal, ErrorCode::already_claimed);
      EXPECT_EQ(again.coupon, first[user].coupon);
    } else {
      EXPECT_EQ(again, first[user]);
    }
  }
  expect_ledger_agrees(first);
}

TEST_P(ClaimContract, GivesOneCouponForADoubleClick) {
  fill();
  std::vector<std::vector<Claim>> clicks(kUsers);
  for (const char* const key : {"left", "left", "right"}) {
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      clicks[user].push_back(send_claim(by(user, key)));
    }
  }
  settle();
  std::set<std::string> coupons;
  for (const std::vector<Claim>& of_user : clicks) {
    EXPECT_EQ(of_user[0]->value(), of_user[1]->value()) << "the same key";
    std::set<std::string> own;
    for (const Claim& one : of_user) {
      if (!one->value().coupon.empty()) own.insert(one->value().coupon);
    }
    EXPECT_LE(own.size(), 1U);
    EXPECT_EQ(of_user[0]->value().coupon, of_user[2]->value().coupon);
    coupons.merge(own);
  }
  if (gives_all()) EXPECT_EQ(coupons.size(), kCoupons);
  EXPECT_EQ(ledger().size(), coupons.size());
}

TEST_P(ClaimContract, KeepsItsWindowToTheNanosecond) {
  reserve_all(0, kUsers);
  const auto at = [this](WallTime time, std::uint32_t user) {
    UserRequest request = by(user, "edge");
    request.at = time;
    const Claim answer = send_claim(request);
    settle();
    return answer->value();
  };
  move_to(windows_.claim_open - Duration(1));
  EXPECT_EQ(at(windows_.claim_open - Duration(1), 0).refusal, ErrorCode::not_in_active_time);
  enter_rush();
  const ClaimHeard first = at(windows_.claim_open, 1);
  EXPECT_TRUE(first.won || is_loss(first)) << name_of(first.refusal);
  // The service's time goes on meanwhile, the request's is its arrival.
  move_to(windows_.claim_close - std::chrono::seconds(1));
  const ClaimHeard last = at(windows_.claim_close - std::chrono::seconds(1), 2);
  EXPECT_TRUE(last.won || is_loss(last)) << name_of(last.refusal);
  leave_rush();
  EXPECT_EQ(at(windows_.claim_close, 3).refusal, ErrorCode::not_in_active_time);
}

TEST_P(ClaimContract, RefusesWhoHoldsNoReservation) {
  fill();
  EXPECT_EQ(claim(kUsers + 1).refusal, ErrorCode::not_reservation);
  EXPECT_EQ(claim(4'294'967'295U).refusal, ErrorCode::not_reservation);
  EXPECT_TRUE(ledger().empty());
}

TEST_P(ClaimContract, ShowsAWinnersCouponAtOnce) {
  fill();
  const std::vector<ClaimHeard> heard = claim_all(0, kUsers);
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    const std::vector<std::string> expected =
        heard[user].won ? std::vector{heard[user].coupon} : std::vector<std::string>{};
    EXPECT_EQ(wallet(user), expected) << user;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ClaimContract, testing::ValuesIn(contract_rows()), row_name);

}  // namespace
}  // namespace fairrush::contract
