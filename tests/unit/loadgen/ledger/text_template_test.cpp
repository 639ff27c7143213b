#include "loadgen/ledger/text_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;

TextTemplate parsed(std::string_view text) {
  auto result = TextTemplate::parse(text);
  EXPECT_TRUE(result) << result.error();
  return std::move(*result);
}

/// "user/coupon" of what fits, "none" of what does not.
std::string match(std::string_view pattern, std::string_view text) {
  const TextTemplate pattern_parsed = parsed(pattern);
  const auto found = pattern_parsed.match(text);
  return found ? std::string(found->user) + "/" + std::string(found->coupon) : "none";
}

TEST(TextTemplate, TakesUserAndCouponOutOfAText) {
  EXPECT_EQ(match("coupon:{user}:{coupon}", "coupon:17:ABC"), "17/ABC");
  EXPECT_EQ(match("coupon:{user}:{coupon}", "coupon:17:A:B"), "17/A:B");
  EXPECT_EQ(match("{coupon}={user}", "A=B=17"), "17/A=B");
  EXPECT_EQ(match("{user}:{coupon}", "0:ü"), "0/ü");
  EXPECT_EQ(match("wallet:{user}", "wallet:5"), "5/");
  EXPECT_EQ(match("coupon:*:{coupon}", "coupon:x:y:z"), "/y:z");
  EXPECT_EQ(match("{user}:*:{coupon}", "1::c"), "1/c");
}

TEST(TextTemplate, FitsTheWholeTextOrNotAtAll) {
  EXPECT_EQ(match("coupon:{user}:{coupon}", "coupon:x:ABC"), "none");
  EXPECT_EQ(match("coupon:{user}:{coupon}", "coupon:17:"), "none");
  EXPECT_EQ(match("coupon:{user}:{coupon}", "coupon::A"), "none");
  EXPECT_EQ(match("coupon:{user}", "coupon:17 "), "none");
  EXPECT_EQ(match("coupon:{user}", "xcoupon:17"), "none");
  EXPECT_EQ(match("", "x"), "none");
  EXPECT_EQ(match("", ""), "/");
}

TEST(TextTemplate, LeavesOtherBracesAlone) {
  EXPECT_EQ(match("{2024}:won:{user}", "{2024}:won:3"), "3/");
  EXPECT_TRUE(parsed("{2024}:won").is_literal());
  EXPECT_FALSE(parsed("won:*").is_literal());
}

TEST(TextTemplate, MakesAGlobThatFindsWhatFits) {
  EXPECT_EQ(parsed("coupon:{user}:{coupon}").glob(), "coupon:*:*");
  EXPECT_EQ(parsed("a?[b]\\:{user}").glob(), "a\\?\\[b\\]\\\\:*");
}

TEST(TextTemplate, RefusesWhatCannotBeToldApart) {
  EXPECT_THAT(TextTemplate::parse("{user}{coupon}").error(), HasSubstr("nothing stands before"));
  EXPECT_THAT(TextTemplate::parse("{user}:{user}").error(), HasSubstr("stands twice"));
  EXPECT_THAT(TextTemplate::parse("*a*b*c*").error(), HasSubstr("at most 3"));
}

}  // namespace
}  // namespace fairrush::loadgen
