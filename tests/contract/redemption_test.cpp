#include "tests/contract/contract_world.hpp"

namespace fairrush::contract {
namespace {

class RedemptionContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    if (IsSkipped()) return;
    create_event(QuotaRule::of_share(Share{1.0}));  // everybody wins
    reserve_all(0, 5);
    enter_rush();
    won_ = claim(3, "claim");
    ASSERT_TRUE(won_.won);
  }
  ClaimHeard won_;
};

TEST_P(RedemptionContract, SpendsACouponOnceForItsOwner) {
  EXPECT_EQ(spend(4, won_.coupon).refusal, ErrorCode::not_owned);
  const RedemptionAnswer spent = spend(3, won_.coupon, "key", 1'005);
  ASSERT_FALSE(spent.refusal) << name_of(*spent.refusal);
  EXPECT_EQ(spent.amounts.discount, taken_off(won_.discount, Amount{1'005}));
  EXPECT_EQ(spent.amounts.discount.minor + spent.amounts.to_pay.minor, 1'005);
  EXPECT_EQ(spend(3, won_.coupon, "other").refusal, ErrorCode::already_used);
  EXPECT_EQ(spend(4, won_.coupon).refusal, ErrorCode::not_owned);
  EXPECT_EQ(wallet(3), std::vector<std::string>{won_.coupon + " spent"});
}

TEST_P(RedemptionContract, AnswersARetryUnderTheSameKeyAsTheFirstTime) {
  const RedemptionAnswer first = spend(3, won_.coupon, "key", 1'005);
  const RedemptionAnswer again = spend(3, won_.coupon, "key", 1'005);
  EXPECT_FALSE(again.refusal);
  EXPECT_EQ(again.amounts, first.amounts);
  EXPECT_EQ(spend(3, won_.coupon, "key", 1'006).refusal, ErrorCode::already_used)
      << "another request under the same key";
}

TEST_P(RedemptionContract, SpendsACouponOnceUnderADoubleClick) {
  std::vector<Spending> clicks;
  for (const char* const key : {"a", "b", "c", "a"}) {
    clicks.push_back(send_spending(by(3, key), won_.coupon, "order", 1'000));
  }
  settle();
  int spent = 0;
  for (const Spending& one : clicks) spent += (*one)->refusal ? 0 : 1;
  EXPECT_EQ(spent, 2) << "the first, and its repetition";
}

TEST_P(RedemptionContract, KnowsOnlyItsOwnCoupons) {
  for (const std::string& code :
       {std::string("nonsense"), std::string(24, 'Z'), won_.coupon.substr(0, 23) + "!"}) {
    EXPECT_EQ(spend(3, code).refusal, ErrorCode::unknown_coupon) << code;
  }
}

TEST_P(RedemptionContract, EndsWithTheCoupon) {
  const CouponTerms usual;
  const WallTime won_at = now();
  move_to(won_at + usual.valid_for);
  EXPECT_EQ(spend(3, won_.coupon).refusal, ErrorCode::coupon_expired);
}

INSTANTIATE_TEST_SUITE_P(All, RedemptionContract, testing::ValuesIn(contract_rows()), row_name);

}  // namespace
}  // namespace fairrush::contract
