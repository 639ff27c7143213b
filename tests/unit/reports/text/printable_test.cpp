#include "reports/text/printable.hpp"

#include <gtest/gtest.h>

namespace fairrush::reports {
namespace {

TEST(Printable, KeepsTextOfAnyLanguage) {
  EXPECT_EQ(printable("fibre – Glasfaser ✔ 쿠폰 🎟"), "fibre – Glasfaser ✔ 쿠폰 🎟");
}

TEST(Printable, ReplacesWhatSteersATerminal) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(printable("a\x7f"), "a\uFFFD");
  EXPECT_EQ(printable("a\u009b"), "a\uFFFD");
}

TEST(Printable, ReplacesWhatTurnsTheDirectionOfWriting) {
  EXPECT_EQ(printable("\u202Eevil"), "\uFFFDevil");
  EXPECT_EQ(printable("\u2066evil"), "\uFFFDevil");
}

TEST(Printable, MakesLineEndsSpaces) {
  EXPECT_EQ(printable("a\nb\tc\rd"), "a b c d");
}

TEST(Printable, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\xff"), "\uFFFD");
  EXPECT_EQ(printable("a\xc3"), "a\uFFFD");                              // cut off
  EXPECT_EQ(printable("\xc0\xaf"), "\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond the last
}

TEST(Wrap, BreaksBeforeTheLineIsTooLong) {
  EXPECT_EQ(wrap("aaa bbb ccc", {7, "", ""}), "aaa bbb\nccc\n");
  EXPECT_EQ(wrap("aaa bbb ccc", {6, "", ""}), "aaa\nbbb\nccc\n");
}

TEST(Wrap, CountsCodePointsNotBytes) {
  EXPECT_EQ(wrap("ééé ééé", {7, "", ""}), "ééé ééé\n");
}

TEST(Wrap, KeepsAWordThatIsLongerThanALine) {
  EXPECT_EQ(wrap("aaaaaaaaaa b", {4, "> ", "  "}), "> aaaaaaaaaa\n  b\n");
}

TEST(Wrap, GivesOneLineForNothing) {
  EXPECT_EQ(wrap("", {10, "- ", ""}), "- \n");
}

TEST(Pad, FillsUpAndNeverCuts) {
  EXPECT_EQ(pad_left("é", 3), "  é");
  EXPECT_EQ(pad_right("é", 3), "é  ");
  EXPECT_EQ(pad_left("long", 2), "long");
  EXPECT_EQ(pad_right("long", 2), "long");
}

}  // namespace
}  // namespace fairrush::reports
