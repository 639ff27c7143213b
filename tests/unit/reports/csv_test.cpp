#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "reports/text/csv_field.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/reading.hpp"

namespace fairrush::reports::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::vector<std::string> history_lines() {
  std::istringstream text(written_by("csv", input_of(proven_draw())));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

TEST(CsvField, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

TEST(HistoryCsv, HasARowForEveryAttempt) {
  EXPECT_EQ(history_lines().size(), 1 + sample_history().records());
}

TEST(HistoryCsv, KeepsAReceiptWithCommaAndQuotesWhole) {
  EXPECT_THAT(history_lines()[3], EndsWith(",200,\"C,\"\"2\"\"\""));
}

TEST(HistoryCsv, LeavesTimesThatNeverCameEmpty) {
  EXPECT_THAT(history_lines().back(), HasSubstr(",700000000,,,5000,"));
}

TEST(HistoryCsv, NumbersACohortThatTheFactsDoNotName) {
  EXPECT_THAT(history_lines()[3], HasSubstr(",2,retrier,"));
}

}  // namespace
}  // namespace fairrush::reports::testing
