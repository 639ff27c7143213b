#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "reports/reports.hpp"
#include "reports/text/printable.hpp"
#include "tests/unit/reports/sample_run.hpp"

namespace fairrush::reports::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Console, StartsWithTheVerdict) {
  EXPECT_THAT(console_summary(input_of(proven_draw()), {}), StartsWith("\n✔ PROVEN — "));
  EXPECT_THAT(console_summary(input_of(violation()), {}), StartsWith("\n✘ VIOLATION — "));
}

TEST(Console, KeepsToTheWidthItIsGiven) {
  for (const unsigned width : {80u, 100u}) {
    for (const SampleRun& run : all_samples()) {
      std::istringstream lines(console_summary(input_of(run), {.color = false, .width = width}));
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(columns_of(line), width) << run.name << ": " << line;
      }
    }
  }
}

TEST(Console, IsColouredOnlyWhenAsked) {
  EXPECT_THAT(console_summary(input_of(violation()), {.color = false}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(console_summary(input_of(violation()), {.color = true}),
              HasSubstr("\x1b[1;31m✘ VIOLATION"));
}

TEST(Console, ShowsNoCheckThatPassed) {
  const std::string text = console_summary(input_of(violation()), {});
  EXPECT_THAT(text, HasSubstr("I4 one per user: fail"));
  EXPECT_THAT(text, Not(HasSubstr("I3 coupon unique")));
}

TEST(Console, ShowsNeitherChecksNorSightingsWhenAllIsWell) {
  const std::string text = console_summary(input_of(proven_draw()), {});
  EXPECT_THAT(text, Not(HasSubstr("did not pass")));
  EXPECT_THAT(text, Not(HasSubstr("never seen")));
}

TEST(Console, PutsWhatDidNotPassBeforeTheFigures) {
  const std::string text = console_summary(input_of(violation()), {});
  EXPECT_LT(text.find("Checks that did not pass"), text.find("Win rate"));
  EXPECT_LT(text.find("won coupon C-00017"), text.find("Win rate"));
}

TEST(Console, NamesWhatWasNotSeen) {
  EXPECT_THAT(console_summary(input_of(interrupted()), {}),
              HasSubstr("Attempted, but never seen\n  ? a refused intruder"));
}

TEST(Console, StampsABuildWhoseFiguresDoNotCount) {
  EXPECT_THAT(console_summary(input_of(interrupted()), {}), HasSubstr("! Debug build:"));
}

}  // namespace
}  // namespace fairrush::reports::testing
