#include "base/draw/rfc3797.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/draw/digest.hpp"

namespace fairrush {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string> kSources{"9319", "2 5 12 8 10", "9 18 26 34 41 45"};

TEST(Rfc3797, MakesTheKeyOfThePublishedExample) {
  EXPECT_EQ(*rfc3797_key(kSources), "9319./2.5.8.10.12./9.18.26.34.41.45./");
}

TEST(Rfc3797, PicksAsInThePublishedExample) {
  EXPECT_THAT(rfc3797_selection(*rfc3797_key(kSources), {.size = 25, .picks = 16}),
              ElementsAre(17, 7, 2, 16, 25, 23, 8, 24, 19, 13, 22, 5, 18, 9, 1, 4));
}

TEST(Rfc3797, TakesNumbersInAnyOrderAndAnySpacing) {
  EXPECT_EQ(*rfc3797_key(std::vector<std::string>{" 12,2\t 5  007 "}), "2.5.7.12./");
}

TEST(Rfc3797, NamesTheSourceAndTheWordThatIsNoNumber) {
  EXPECT_THAT(rfc3797_key(std::vector<std::string>{"1", "2 x3"}).error(),
              HasSubstr("source 2: 'x3', expected an integer"));
  EXPECT_THAT(rfc3797_key(std::vector<std::string>{"1", "  "}).error(), HasSubstr("source 2"));
  EXPECT_FALSE(rfc3797_key(std::vector<std::string>{"-1"}));
  EXPECT_FALSE(rfc3797_key(std::vector<std::string>{"1.5"}));
  EXPECT_FALSE(rfc3797_key(std::vector<std::string>{"18446744073709551616"}));
  EXPECT_FALSE(rfc3797_key({}));
}

TEST(Rfc3797, PicksEveryPlaceOnceWhenAllArePicked) {
  auto all = rfc3797_selection("1./", {.size = 1'000, .picks = 1'000});
  std::ranges::sort(all);
  std::vector<std::uint32_t> expected(1'000);
  std::iota(expected.begin(), expected.end(), 1U);
  EXPECT_EQ(all, expected);
  EXPECT_TRUE(rfc3797_selection("1./", {.size = 3, .picks = 0}).empty());
  EXPECT_EQ(rfc3797_selection("1./", {.size = kRfc3797PoolMax, .picks = 300}).size(), 300U);
}

TEST(Rfc3797DeathTest, StopsOnAPoolBeyondSixteenBits) {
  EXPECT_DEATH(rfc3797_selection("1./", {.size = kRfc3797PoolMax + 1, .picks = 1}), "pool.size");
}

}  // namespace
}  // namespace fairrush
