#include "analysis/run/ledger_ndjson.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::analysis {
namespace {

using testing::HasSubstr;

TEST(LedgerNdjson, ReadsTheServersExport) {
  const auto read = parse_ledger_ndjson(
      "{\"user\":17,\"coupon\":\"A-1\",\"issued_at_ms\":1795302000250}\n"
      "{\"coupon\":\"\\u00fc \\\"x\\\"\",\"user\":4294967295,\"round\":2}\n");
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).user, UserIndex(17));
  EXPECT_EQ(read->at(0).coupon, "A-1");
  EXPECT_EQ(read->at(0).round, 0U);
  EXPECT_EQ(read->at(0).issued_at_ms, 1'795'302'000'250);
  EXPECT_EQ(read->at(1).issued_at_ms, std::nullopt);
  EXPECT_EQ(read->at(1).coupon, "ü \"x\"");
  EXPECT_EQ(read->at(1).round, 2U);
}

TEST(LedgerNdjson, ReadsBothLineEndsAByteOrderMarkAndDigitsAsText) {
  const auto read = parse_ledger_ndjson(
      "\xEF\xBB\xBF{\"user\":\"3\",\"coupon\":\"a\"}\r\n{\"user\":4,\"coupon\":\"b\"}");
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).user, UserIndex(3));
  EXPECT_EQ(read->at(1).coupon, "b");
  EXPECT_TRUE(parse_ledger_ndjson("")->empty());
}

TEST(LedgerNdjson, KeepsRepeatedRowsForTheChecksToJudge) {
  EXPECT_EQ(
      parse_ledger_ndjson("{\"user\":1,\"coupon\":\"a\"}\n{\"user\":1,\"coupon\":\"a\"}\n")->size(),
      2U);
}

std::string error_of(std::string_view text) {
  const auto read = parse_ledger_ndjson(text);
  return read ? "no error" : read.error();
}

TEST(LedgerNdjson, NamesLineValueAndWhatIsExpected) {
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"a\"}\n{\"user\":2,"),
              HasSubstr("line 2: '{\"user\":2,': not JSON"));
  EXPECT_THAT(error_of("[1]\n"), HasSubstr("line 1: '[1]', expected {\"user\": index"));
  EXPECT_THAT(error_of("{\"coupon\":\"a\"}"), HasSubstr("line 1: no \"user\""));
  EXPECT_THAT(error_of("{\"user\":1}"), HasSubstr("line 1: no \"coupon\""));
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":null}"), HasSubstr("\"coupon\" is null"));
  EXPECT_THAT(error_of("{\"user\":1.5,\"coupon\":\"a\"}"), HasSubstr("\"user\" is 1.5E0"));
  EXPECT_EQ(error_of("{\"user\":-1,\"coupon\":\"a\"}"),
            "line 1: user '-1', expected a population index of 0 to 4294967295");
  EXPECT_THAT(error_of("{\"user\":4294967296,\"coupon\":\"a\"}"), HasSubstr("user '4294967296'"));
  EXPECT_THAT(error_of("{\"user\":18446744073709551615,\"coupon\":\"a\"}"), HasSubstr("\"user\""));
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"\"}"), HasSubstr("an empty coupon"));
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"a\",\"round\":-1}"), HasSubstr("round '-1'"));
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"a\",\"round\":[]}"), HasSubstr("\"round\" is []"));
  EXPECT_THAT(error_of("user,coupon\n1,a\n"), HasSubstr("line 1: 'user,coupon': not JSON"));
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"caf\xE9\"}"), HasSubstr("line 1"));
  EXPECT_EQ(error_of("\xFF\xFE{"), "line 1: UTF-16, expected UTF-8");
}

TEST(LedgerNdjson, ReadsTimesOfIssueAndRefusesWhatIsNone) {
  const auto read = parse_ledger_ndjson(
      "{\"user\":1,\"coupon\":\"a\",\"issued_at\":\"2026-11-21T23:00:00.25Z\"}\n"
      "{\"user\":2,\"coupon\":\"b\",\"issued_at\":null}\n"
      "{\"user\":3,\"coupon\":\"c\",\"issued_at\":1795302000}\n");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->at(0).issued_at_ms, 1'795'302'000'250);
  EXPECT_EQ(read->at(1).issued_at_ms, std::nullopt);
  EXPECT_EQ(read->at(2).issued_at_ms, 1'795'302'000'000);
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"a\",\"issued_at_ms\":5}"),
              HasSubstr("line 1: issued_at_ms '5', expected Unix milliseconds"));
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"a\",\"issued_at_ms\":1.5}"),
              HasSubstr("\"issued_at_ms\" is 1.5E0, expected whole Unix milliseconds"));
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"a\",\"issued_at\":1,\"issued_at_ms\":1}"),
              HasSubstr("\"issued_at\" is 1, expected no issued_at_ms beside it"));
}

TEST(LedgerNdjson, TakesOneEmptyLineAtTheEndAndNoneBefore) {
  const std::string row = "{\"user\":1,\"coupon\":\"a\"}\n";
  EXPECT_EQ(parse_ledger_ndjson(row + "\n")->size(), 1U);
  EXPECT_EQ(parse_ledger_ndjson(row + "\r\n")->size(), 1U);
  EXPECT_TRUE(parse_ledger_ndjson("\n")->empty());
  EXPECT_EQ(error_of(row + "\n" + row),
            "line 2: empty, expected {\"user\": index, \"coupon\": text}");
  EXPECT_THAT(error_of(row + "\r\n\n"), HasSubstr("line 2: empty"));
  EXPECT_THAT(error_of("\n" + row), HasSubstr("line 1: empty"));
}

TEST(LedgerNdjson, RefusesAKeyThatStandsTwice) {
  const std::string row = "{\"user\":1,\"coupon\":\"a\"}\n";
  EXPECT_EQ(error_of(row + "{\"user\":1,\"coupon\":\"a\",\"user\":2}\n"),
            "line 2: '{\"user\":1,\"coupon\":\"a\",\"user\":2}': the key \"user\" stands twice in "
            "one object, expected {\"user\": index, \"coupon\": text}");
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"a\",\"us\\u0065r\":2}\n"),
              HasSubstr("the key \"user\" stands twice"));
  EXPECT_THAT(error_of("{\"user\":1,\"coupon\":\"a\",\"more\":{\"x\":1,\"x\":1}}\n"),
              HasSubstr("the key \"x\" stands twice"));
}

TEST(LedgerNdjson, TakesALineFarLongerThanItsMemory) {
  const std::string coupon(100'000, 'x');
  const auto read = parse_ledger_ndjson("{\"user\":1,\"coupon\":\"" + coupon + "\"}\n");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->at(0).coupon, coupon);
}

}  // namespace
}  // namespace fairrush::analysis
