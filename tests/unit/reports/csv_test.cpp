#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "reports/text/csv_field.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/reading.hpp"
#include "tests/unit/reports/support/scratch_directory.hpp"

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

TEST(TimeSeriesCsv, HoldsTheBusiestRoundWithTheMeanOfAll) {
  SampleRun run = empty_run();
  run.facts.rounds.resize(2, run.facts.rounds.front());
  for (const std::uint32_t number : {0U, 1U}) {
    const analysis::TimePoint point{.claims = number == 0 ? 3U : 8U, .wins = number};
    add_round(run.assessment.load, {{Duration{1000}, {point}}, number * 1.0}, number);
  }
  const ScratchDirectory scratch;
  const auto written = format_named("csv").write(input_of(run), scratch.path());
  ASSERT_TRUE(written) << written.error();
  EXPECT_THAT(read_file(written->back()), EndsWith("\n1,0,1000,0,8,1,0,0,0,0,5.5,0.5\n"));
}

TEST(HistoryCsv, LeavesTimesThatNeverCameEmpty) {
  EXPECT_THAT(history_lines().back(), HasSubstr(",700000000,,,5000,"));
}

TEST(HistoryCsv, NumbersACohortThatTheFactsDoNotName) {
  EXPECT_THAT(history_lines()[3], HasSubstr(",2,retrier,"));
}

}  // namespace
}  // namespace fairrush::reports::testing
