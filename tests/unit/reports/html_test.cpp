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
