#include "analysis/run/ledger.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fairrush::analysis {
namespace {

TEST(LedgerCsv, ReadsWhatItWritesWhateverACouponLooksLike) {
  const Ledger ledger{{UserIndex(0), "plain"},           {UserIndex(4294967295), "with,comma"},
                      {UserIndex(7), "with \"quotes\""}, {UserIndex(7), "two\r\nlines"},
                      {UserIndex(8), "ünïcode"},         {UserIndex(9), "\""}};
  const auto read = parse_ledger_csv(format_ledger_csv(ledger));
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), ledger.size());
  for (std::size_t row = 0; row < ledger.size(); ++row) {
    EXPECT_EQ(read->at(row).user, ledger[row].user);
    EXPECT_EQ(read->at(row).coupon, ledger[row].coupon);
  }
}

TEST(LedgerCsv, ReadsFurtherColumnsBothLineEndsAByteOrderMarkAndAMissingLastLineEnd) {
  const auto read = parse_ledger_csv("\xEF\xBB\xBFuser,coupon,shop\r\n1,a,5\n2,b,\"6,5\"");
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(1).coupon, "b");
}

TEST(LedgerCsv, WithItsHeaderOnlyIsAnEmptyLedger) {
  EXPECT_TRUE(parse_ledger_csv("user,coupon\n")->empty());
  EXPECT_TRUE(parse_ledger_csv("user,coupon")->empty());
}

TEST(LedgerCsv, KeepsTheTimeOfIssueWhereItIsKnown) {
  const Ledger ledger{{UserIndex(1), "a", 0, 1'795'302'000'250}, {UserIndex(2), "b"}};
  const std::string text = format_ledger_csv(ledger);
  EXPECT_EQ(text, "user,coupon,issued_at_ms\n1,a,1795302000250\n2,b,\n");
  const auto read = parse_ledger_csv(text);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->at(0).issued_at_ms, 1'795'302'000'250);
  EXPECT_EQ(read->at(1).issued_at_ms, std::nullopt);
}

TEST(LedgerCsv, ReadsTimesOfIssueAsDatesAndAsUnixSeconds) {
  const auto read = parse_ledger_csv(
      "user,coupon,issued_at\n1,a,2026-11-21T23:00:00.25Z\n2,b,2026-11-22 08:00:00.2509+09\n"
      "3,c,1795302000.250\n4,d,\n");
  ASSERT_TRUE(read) << read.error();
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(read->at(row).issued_at_ms, 1'795'302'000'250) << row;
  }
  EXPECT_EQ(read->at(3).issued_at_ms, std::nullopt);
}

std::string error_of(std::string_view text) {
  const auto read = parse_ledger_csv(text);
  return read ? "no error" : read.error();
}

TEST(LedgerCsv, NamesLineValueAndWhatIsExpected) {
  EXPECT_EQ(error_of(""), "line 1: empty, expected the header user,coupon");
  EXPECT_EQ(error_of("PK\x03"), "line 1: columns 'PK?', expected user and coupon among them");
  EXPECT_EQ(error_of("user,coupon\n1,a\nx,b\n"),
            "line 3: user 'x', expected a population index of 0 to 4294967295");
  EXPECT_EQ(error_of("user,coupon\n4294967296,a\n"),
            "line 2: user '4294967296', expected a population index of 0 to 4294967295");
  EXPECT_EQ(error_of("user,coupon\n-1,a\n"),
            "line 2: user '-1', expected a population index of 0 to 4294967295");
  EXPECT_EQ(error_of("user,coupon\n1\n"), "line 2: 1 fields, expected 2 as in the header");
  EXPECT_EQ(error_of("user,coupon\n1,\n"), "line 2: an empty coupon, expected its text");
  EXPECT_EQ(error_of("user,coupon\n1,\"a\nb"), "line 2: a quoted field without its closing quote");
  EXPECT_EQ(error_of("user,coupon\n1,\"a\"b\n"),
            "line 2: a stray character, expected a comma or a line's end");
  EXPECT_EQ(error_of("user,coupon\n1,a\"b\n"),
            "line 2: a quote inside an unquoted field, expected it doubled in a quoted one");
}

TEST(LedgerCsv, RefusesTimesOfIssueThatMayMeanSomethingElse) {
  EXPECT_EQ(error_of("user,coupon,issued_at\n1,a,2026-11-21T23:00:00\n"),
            "line 2: issued_at '2026-11-21T23:00:00', expected a date and time with its offset "
            "from UTC as 2026-11-21T23:00:00.25Z, from 2001 on, or Unix seconds of ten digits; "
            "milliseconds are called issued_at_ms");
  for (const char* time : {"1795302000250", "17", "1795302000250000", "yesterday"}) {
    EXPECT_NE(error_of(fmt::format("user,coupon,issued_at\n1,a,{}\n", time)), "no error") << time;
  }
  EXPECT_EQ(error_of("user,coupon,issued_at_ms\n1,a,1795302000\n"),
            "line 2: issued_at_ms '1795302000', expected Unix milliseconds, 1000000000000 to "
            "9999999999999; seconds, and dates with their offset from UTC, are called issued_at");
  EXPECT_NE(error_of("user,coupon,issued_at_ms\n1,a,1795302000250.5\n"), "no error");
  EXPECT_EQ(error_of("user,coupon,issued_at,issued_at_ms\n"),
            "line 1: columns 'user,coupon,issued_at,issued_at_ms', expected one of issued_at_ms "
            "and issued_at");
}

TEST(LedgerCsv, FindsItsColumnsByName) {
  const auto read = parse_ledger_csv("shop,coupon,round,user\n7,a,2,1\n8,\"b,c\",0,3\n");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->at(0).user, UserIndex(1));
  EXPECT_EQ(read->at(0).round, 2U);
  EXPECT_EQ(read->at(1).coupon, "b,c");
  EXPECT_EQ(error_of("id,code\n1,a\n"),
            "line 1: columns 'id,code', expected user and coupon among them");
  EXPECT_EQ(error_of("user,coupon,user\n1,a,1\n"),
            "line 1: columns 'user,coupon,user', expected user once");
}

TEST(LedgerCsv, RefusesOtherEncodingsInsteadOfReadingThemWrongly) {
  using namespace std::string_view_literals;
  EXPECT_EQ(error_of("\xFF\xFEu\0s\0"sv), "line 1: UTF-16, expected UTF-8");
  EXPECT_EQ(error_of("\x1F\x8B\x08"sv), "line 1: compressed with gzip, expected text");
  EXPECT_EQ(error_of("user,coupon\n1,caf\xE9\n"), "line 2: coupon 'caf?', expected UTF-8");
}

TEST(LedgerCsv, CountsLinesInsideQuotedFields) {
  EXPECT_EQ(error_of("user,coupon\n1,\"a\nb\"\nx,c\n"),
            "line 4: user 'x', expected a population index of 0 to 4294967295");
}

}  // namespace
}  // namespace fairrush::analysis
