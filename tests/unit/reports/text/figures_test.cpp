#include "reports/text/figures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fairrush::reports {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Figures, SeparateThousands) {
  EXPECT_EQ(number_text(0, 0), "0");
  EXPECT_EQ(number_text(999, 0), "999");
  EXPECT_EQ(number_text(1000, 0), "1,000");
  EXPECT_EQ(number_text(-1234567.25, 2), "-1,234,567.25");
  EXPECT_EQ(number_text(-100, 0), "-100");
}

TEST(Figures, NeverPrintWhatIsNotFinite) {
  EXPECT_EQ(number_text(kNan, 2), kNoFigure);
  EXPECT_EQ(number_text(kInfinity, 2), kNoFigure);
  EXPECT_EQ(percent_text(kNan), kNoFigure);
  EXPECT_EQ(probability_text(kNan), "–");
}

TEST(Figures, GiveLatenciesThreeDigits) {
  EXPECT_EQ(milliseconds_text(0), "0.000");
  EXPECT_EQ(milliseconds_text(84'000), "0.084");
  EXPECT_EQ(milliseconds_text(1'240'000), "1.24");
  EXPECT_EQ(milliseconds_text(12'340'000), "12.3");
  EXPECT_EQ(milliseconds_text(123'400'000), "123");
  EXPECT_EQ(milliseconds_text(12'345'600'000), "12,346");
}

TEST(Figures, GiveSharesInPercent) {
  EXPECT_EQ(percent_text(0.198675), "19.87 %");
  EXPECT_EQ(percent_text(0), "0.00 %");
  EXPECT_EQ(percent_text(1), "100.00 %");
}

TEST(Figures, GiveNoRateForAnEmptyGroup) {
  EXPECT_EQ(rate_text(0, 0), kNoFigure);
  EXPECT_EQ(rate_text(0, 1), "0.00 %");
}

TEST(Figures, NeverCallAPValueZero) {
  EXPECT_EQ(probability_text(0), "<1e-9");
  EXPECT_EQ(probability_text(0.0432), "0.043");
  EXPECT_EQ(probability_text(1), "1");
}

TEST(Figures, CountInWords) {
  EXPECT_EQ(counted(0, "coupon"), "0 coupons");
  EXPECT_EQ(counted(1, "coupon"), "1 coupon");
  EXPECT_EQ(counted(1200, "coupon"), "1,200 coupons");
}

TEST(Figures, MakeAClauseASentence) {
  EXPECT_EQ(sentence("nothing lost"), "Nothing lost.");
  EXPECT_EQ(sentence("3 rules broken"), "3 rules broken.");
  EXPECT_EQ(sentence("It ends."), "It ends.");
  EXPECT_EQ(sentence(""), "");
}

}  // namespace
}  // namespace fairrush::reports
