#include "tests/unit/reports/support/reading.hpp"

#include <gtest/gtest.h>

namespace fairrush::reports::testing {
namespace {

TEST(Malformed, AcceptsNestedElementsAndReferences) {
  EXPECT_EQ(malformed("<!DOCTYPE html>\n<p class=\"a b\">1 &lt; 2<br /></p>"), std::nullopt);
}

TEST(Malformed, RejectsWhatIsNotWellFormed) {
  EXPECT_TRUE(malformed("<p><b></p></b>"));
  EXPECT_TRUE(malformed("<p>"));
  EXPECT_TRUE(malformed("</p>"));
  EXPECT_TRUE(malformed("<p>AT&T</p>"));
  EXPECT_TRUE(malformed("<p class=a>x</p>"));
  EXPECT_TRUE(malformed("1 < 2"));
}

}  // namespace
}  // namespace fairrush::reports::testing
