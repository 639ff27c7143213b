#include "server/domain/quota.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace fairrush::server {
namespace {

TEST(QuotaRule, EarnsEveryFifthUserACouponAtTwentyPercent) {
  const QuotaRule rule = QuotaRule::of_share(Share{0.2});
  for (std::uint32_t roster = 0; roster < 1000; ++roster) {
    EXPECT_EQ(rule.coupons(roster), roster / 5) << roster;
  }
}

TEST(QuotaRule, DoesNotLoseACouponToBinaryFractions) {
  // 0.29 · 100 is 28.999… in binary floating point.
  EXPECT_EQ(QuotaRule::parse("29%")->coupons(100), 29U);
  EXPECT_EQ(QuotaRule::parse("0.58")->coupons(50), 29U);
}

TEST(QuotaRule, CoversTheLargestRoster) {
  constexpr std::uint32_t kLargest = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(QuotaRule::of_share(Share{1}).coupons(kLargest), kLargest);
  EXPECT_EQ(QuotaRule::of_share(Share{0}).coupons(kLargest), 0U);
}

TEST(QuotaRule, KeepsAFixedNumberWhateverTheRoster) {
  const QuotaRule rule = QuotaRule::of_count(60);
  EXPECT_EQ(rule.coupons(0), 60U);
  EXPECT_EQ(rule.coupons(1000), 60U);
  EXPECT_FALSE(rule.is_share());
}

TEST(QuotaRule, ReadsBackTheTextItPrints) {
  for (const char* text : {"20%", "0.5%", "12.3456789%", "100%", "0%", "60", "0", "1"}) {
    const auto rule = QuotaRule::parse(text);
    ASSERT_TRUE(rule) << text;
    EXPECT_EQ(rule->text(), text);
    EXPECT_EQ(QuotaRule::parse(rule->text()), *rule);
  }
}

TEST(QuotaRule, SaysWhatItAcceptsWhenATextIsNeitherShareNorNumber) {
  for (const char* text : {"", "x", "-1", "101%", "4294967296", "20 percent", "1.5"}) {
    const auto rule = QuotaRule::parse(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_NE(rule.error().find("20%"), std::string::npos);
  }
}

}  // namespace
}  // namespace fairrush::server
