#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairrush {
namespace {

TEST(Utf8, AcceptsEveryLengthAndTheEdgesOfEach) {
  for (const std::string_view text :
       {"", "a", "plain ascii of more than eight bytes", "\x7f", "\xc2\x80", "\xdf\xbf",
        "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf", "12345678\xe2\x82\xac", "1234567\xe2\x82\xac"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Utf8, RefusesOverlongCutSurrogateAndStrayBytes) {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf", "\xe2\x82",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
        "12345678\xff", "1234567\xe2\x82"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

}  // namespace
}  // namespace fairrush
