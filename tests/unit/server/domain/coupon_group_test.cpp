#include "server/domain/coupon_group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

namespace fairrush::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CouponGroups groups_of(const std::vector<std::uint32_t>& allocations) {
  CouponGroups groups;
  for (const std::uint32_t part : allocations) {
    groups.push_back({"g" + std::to_string(groups.size()), Discount{}, Allocation(part)});
  }
  return groups;
}

TEST(Allocate, GivesEachGroupItsPartWhereItComesOutEven) {
  EXPECT_THAT(allocate(groups_of({500, 2500, 7000}), 200), ElementsAre(10, 50, 140));
}

TEST(Allocate, GivesWhatIsLeftToTheLargestRemainders) {
  // Parts of 10: 3.333, 3.333, 3.334.
  EXPECT_THAT(allocate(groups_of({3333, 3333, 3334}), 10), ElementsAre(3, 3, 4));
  // Parts of 7: 0.35, 1.75, 4.90.
  EXPECT_THAT(allocate(groups_of({500, 2500, 7000}), 7), ElementsAre(0, 2, 5));
}

TEST(Allocate, PrefersTheEarlierOfEqualRemainders) {
  EXPECT_THAT(allocate(groups_of({5000, 5000}), 1), ElementsAre(1, 0));
  EXPECT_THAT(allocate(groups_of({2500, 2500, 2500, 2500}), 6), ElementsAre(2, 2, 1, 1));
}

TEST(Allocate, LosesNoCouponAndMakesNoneUpWhateverTheNumber) {
  const CouponGroups groups = groups_of({1, 33, 999, 3333, 0, 5634});
  ASSERT_TRUE(check_groups(groups));
  for (std::uint32_t coupons = 0; coupons < 3'000; ++coupons) {
    const auto counts = allocate(groups, coupons);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0U), coupons);
    for (std::size_t at = 0; at < groups.size(); ++at) {
      const double fair = coupons * (groups[at].allocation.value() / 10'000.0);
      EXPECT_LT(std::abs(counts[at] - fair), 1) << coupons << " coupons, group " << at;
    }
  }
  EXPECT_EQ(allocate(groups, 4'294'967'295).size(), 6U);
}

TEST(CouponGroups, MakeUpTheWhole) {
  EXPECT_TRUE(check_groups(groups_of({10'000})));
  EXPECT_THAT(check_groups(groups_of({5000, 4999})).error(), HasSubstr("99.99 %: expected 100 %"));
  EXPECT_THAT(check_groups(groups_of({5000, 5001})).error(), HasSubstr("100.01 %"));
}

TEST(CouponGroups, AreFewAndBearDifferentNames) {
  EXPECT_THAT(check_groups({}).error(), HasSubstr("0 groups: expected 1 to 100"));
  EXPECT_THAT(check_groups(groups_of(std::vector<std::uint32_t>(101, 0))).error(),
              HasSubstr("101 groups"));
  CouponGroups groups = groups_of({5000, 5000});
  groups[1].name = groups[0].name;
  EXPECT_THAT(check_groups(groups).error(), HasSubstr("two groups are called 'g0'"));
}

TEST(Discount, TakesAPercentageRoundedDownOrASumThatLeavesNothingNegative) {
  EXPECT_EQ(taken_off({Discount::Kind::percent, 33}, Amount{199}), Amount{65});
  EXPECT_EQ(taken_off({Discount::Kind::fixed, 3000}, Amount{5000}), Amount{3000});
  EXPECT_EQ(taken_off({Discount::Kind::fixed, 3000}, Amount{2999}), Amount{2999});
  EXPECT_EQ(taken_off({Discount::Kind::percent, 100}, kAmountMax), kAmountMax);
}

TEST(Discount, IsOfAKnownKindAndWithinItsRange) {
  EXPECT_EQ(make_discount("fixed", 101), (Discount{Discount::Kind::fixed, 101}));
  EXPECT_THAT(make_discount("percent", 101).error(), HasSubstr("101: expected 1 to 100"));
  EXPECT_THAT(make_discount("percent", 0).error(), HasSubstr("1 to 100"));
  EXPECT_THAT(make_discount("rate", 5).error(), HasSubstr("'rate'"));
}

}  // namespace
}  // namespace fairrush::server
