#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "reports/reports.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/reading.hpp"

namespace fairrush::reports::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string without_svg_namespace(const std::string& page) {
  return std::regex_replace(page, std::regex("http://www\\.w3\\.org/2000/svg"), "");
}

TEST(Html, IsWellFormedForEverySample) {
  for (const SampleRun& run : all_samples()) {
    EXPECT_EQ(malformed(written_by("html", input_of(run))), std::nullopt) << run.name;
  }
}

TEST(Html, RefersToNothingOutsideItself) {
  for (const SampleRun& run : {proven_draw(), first_come(), interrupted(), empty_run()}) {
    const std::string page = without_svg_namespace(written_by("html", input_of(run)));
    for (const char* reference : {"http://", "https://", "src=", "url(", "@import", "<script"}) {
      EXPECT_THAT(page, Not(HasSubstr(reference))) << run.name;
    }
  }
}

TEST(Html, ForbidsTheBrowserToLoadAnything) {
  EXPECT_THAT(written_by("html", input_of(proven_draw())), HasSubstr("default-src &#39;none&#39;"));
}

TEST(Html, SaysTheVerdictInWordsBeforeAllFigures) {
  const std::string page = written_by("html", input_of(first_come()));
  const std::size_t verdict = page.find(">BIASED<");
  ASSERT_NE(verdict, std::string::npos);
  EXPECT_LT(verdict, page.find("class=\"cards\""));
}

TEST(Html, ShowsTheEvidenceOfAFailedRuleOpened) {
  const std::string page = written_by("html", input_of(violation()));
  const std::size_t evidence = page.find("<details open=\"open\">");
  ASSERT_NE(evidence, std::string::npos);
  EXPECT_NE(page.find("won coupon C-00058", evidence), std::string::npos);
}

TEST(Html, SaysOfEachRuleWhatItAsksAndInHowManyRoundsItHeld) {
  const std::string page = written_by("html", input_of(sticky_winners()));
  EXPECT_THAT(page,
              HasSubstr("one per user<span class=\"note\">Nobody gets two coupons.</span></th>"));
  EXPECT_THAT(page, HasSubstr("Held in each of 3 rounds: No user holds more"));
  EXPECT_THAT(page, HasSubstr("Unknown in 1 of 3 rounds, held in 2; round 3: 1 acknowledged"));
}

TEST(Html, ShowsTheLoadOfOneRoundAndSaysOfWhich) {
  const std::string page = written_by("html", input_of(fair_rounds()));
  EXPECT_THAT(page, HasSubstr("Claims and wins over the rush of round 2, the busiest of 20"));
  EXPECT_THAT(page, HasSubstr("claims sent, mean of 20 rounds"));
  EXPECT_THAT(page, HasSubstr("627 attempts in all 20 rounds; 750 claims in the fullest second "
                              "(of round 2, the busiest of 20)"));
  EXPECT_THAT(written_by("html", input_of(proven_draw())), Not(HasSubstr("busiest")));
}

TEST(Html, PutsRulesBeforeStatisticsAndBrokenRulesFirst) {
  const std::string page = written_by("html", input_of(violation()));
  const auto place = [&page](std::string_view text) { return page.find(text); };
  EXPECT_LT(place("<section id=\"correctness\">"), place("<section id=\"fairness\">"));
  EXPECT_LT(place("id\">I4</span>"), place("id\">I2</span>"));
  EXPECT_LT(place("id\">I5</span>"), place("id\">I2</span>"));
  EXPECT_LT(place("id\">I2</span>"), place("id\">I3</span>"));
  // What holds waits to be asked for.
  const std::size_t fold = place("<details><summary>9 rules that hold or could not be asked");
  EXPECT_LT(place("id\">I5</span>"), fold);
  EXPECT_GT(place("id\">I2</span>"), fold);
}

TEST(Html, FoldsUpWhatWasSeenUnlessSomethingIsMissing) {
  EXPECT_THAT(written_by("html", input_of(proven_draw())),
              HasSubstr("<details><summary>What the run saw"));
  const std::string page = written_by("html", input_of(interrupted()));
  EXPECT_THAT(page, HasSubstr("<details open=\"open\"><summary>What the run saw"));
  EXPECT_THAT(page, HasSubstr("6 of the 7 things that the scenario attempts were seen."));
}

TEST(Html, FoldsUpWhatIsBeyondTheFirstExamples) {
  const std::string page = written_by("html", input_of(violation()));
  const std::size_t folded = page.find("<details><summary>1 more</summary>");
  ASSERT_NE(folded, std::string::npos);
  EXPECT_LT(page.find("User 120"), folded);
  EXPECT_GT(page.find("User 244"), folded);
}

TEST(Html, FoldsUpTestsThatDecideNothingUnlessOneIsMarked) {
  SampleRun run = proven_draw();
  EXPECT_THAT(written_by("html", input_of(run)),
              HasSubstr("<details><summary>The tests</summary>"));
  run.assessment.fairness.tests.back().rejected = true;
  const std::string page = written_by("html", input_of(run));
  EXPECT_THAT(page, HasSubstr("<details open=\"open\"><summary>The tests</summary>"));
  EXPECT_THAT(page, HasSubstr("decide nothing. Marked: 1;"));
}

TEST(Html, StampsABuildWhoseFiguresDoNotCount) {
  EXPECT_THAT(written_by("html", input_of(interrupted())), HasSubstr("! Debug build:"));
  EXPECT_THAT(written_by("html", input_of(proven_draw())), Not(HasSubstr("! Release build")));
}

TEST(Html, ShoutsAFaultThatIsSwitchedOn) {
  const SampleRun run = sticky_winners();
  for (const char* format : {"html", "md", "json"}) {
    EXPECT_THAT(written_by(format, input_of(run)), HasSubstr("sticky-winners")) << format;
  }
  const std::string page = written_by("html", input_of(run));
  EXPECT_LT(page.find("class=\"warning fault\""), page.find(">BIASED<"));
}

TEST(Html, LinksOnlyToSectionsItHas) {
  const std::string page = written_by("html", input_of(proven_draw()));
  const std::regex link("href=\"#([a-z]+)\"");
  int links = 0;
  for (std::sregex_iterator match(page.begin(), page.end(), link), end; match != end; ++match) {
    EXPECT_THAT(page, HasSubstr("<section id=\"" + (*match)[1].str() + "\""));
    ++links;
  }
  EXPECT_GT(links, 0);
}

}  // namespace
}  // namespace fairrush::reports::testing
