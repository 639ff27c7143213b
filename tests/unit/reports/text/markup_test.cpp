#include "reports/text/markup.hpp"

#include <gtest/gtest.h>

namespace fairrush::reports {
namespace {

TEST(Markup, ClosesElementsInTheOrderTheyOpened) {
  Markup markup;
  markup.open("p").text("a").leaf("b", "c").close();
  EXPECT_EQ(markup.str(), "<p>a<b>c</b></p>\n");
}

TEST(Markup, EscapesText) {
  Markup markup;
  markup.leaf("p", "<script>\"'&");
  EXPECT_EQ(markup.str(), "<p>&lt;script&gt;&quot;&#39;&amp;</p>");
}

TEST(Markup, EscapesAttributeValues) {
  Markup markup;
  markup.empty("meta", {{"content", "\"><script>"}});
  EXPECT_EQ(markup.str(), "<meta content=\"&quot;&gt;&lt;script&gt;\" />\n");
}

TEST(Markup, MakesTextPrintable) {
  Markup markup;
  markup.leaf("p", "a\x1b\xff");
  EXPECT_EQ(markup.str(), "<p>a\uFFFD\uFFFD</p>");
}

TEST(Markup, EmbedsWithoutEscapingTwice) {
  Markup inner;
  inner.leaf("b", "&");
  Markup outer;
  outer.open("p").embed(inner).close();
  EXPECT_EQ(outer.str(), "<p><b>&amp;</b></p>\n");
}

TEST(MarkupDeathTest, StopsOnAnElementLeftOpen) {
  Markup markup;
  markup.open("p");
  EXPECT_DEATH(markup.str(), "open_.empty");
}

TEST(MarkupDeathTest, StopsOnClosingWhatIsNotOpen) {
  Markup markup;
  EXPECT_DEATH(markup.close(), "open_.empty");
}

}  // namespace
}  // namespace fairrush::reports
