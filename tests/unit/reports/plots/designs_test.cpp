#include "reports/plots/simulation/designs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "reports/plots/simulation/points.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/reading.hpp"
#include "tests/unit/reports/support/scratch_directory.hpp"

namespace fairrush::reports::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A design under which these shares of a thousand claims won, by network.
DesignCurve curve_of(std::string name, const SampleRun& run, std::vector<std::uint64_t> wins) {
  DesignCurve curve{.name = std::move(name),
                    .points = {},
                    .expected_pp_per_10ms = {},
                    .verdict = run.assessment.verdict,
                    .words = describe_verdict(input_of(run)),
                    .reason = run.assessment.verdict_reason,
                    .report = "report.html"};
  double delay_ms = 5;
  for (const std::uint64_t won : wins) {
    curve.points.push_back(
        {.delay_ms = delay_ms, .users = 100, .claims = 1'000, .wins = won, .expected = {}});
    delay_ms *= 4;
  }
  return curve;
}

DesignComparison three_designs() {
  return {.question = "Which?",
          .setting = "300 users",
          .version = "0.1.0",
          .designs = {curve_of("ticket-list", first_come(), {250, 200, 100, 0}),
                      curve_of("preloaded-shuffle", first_come(), {250, 200, 100, 0}),
                      curve_of("sealed-draw", proven_draw(), {200, 198, 203, 199})}};
}

std::string page_of(const DesignComparison& comparison) {
  const ScratchDirectory scratch;
  const auto written = write_designs(comparison, scratch.path());
  EXPECT_TRUE(written);
  return read_file(written->front());
}

TEST(Designs, ExplainTheVerdictOfEachAndTheWords) {
  const std::string page = page_of(three_designs());
  EXPECT_EQ(malformed(page), std::nullopt);
  EXPECT_THAT(page, HasSubstr("Users of the cohort fibre won far more often"));
  EXPECT_THAT(page, HasSubstr("<b>BIASED</b>: Winning depends on something that must not matter"));
  EXPECT_THAT(page, HasSubstr("<b>PROVEN</b>: The published draw, computed again"));
  EXPECT_THAT(page, Not(HasSubstr("<b>VIOLATION</b>")));
  EXPECT_THAT(page, HasSubstr("✘ BIASED"));
}

TEST(Designs, ShowTheSameGroupsInPlotAndTables) {
  DesignComparison comparison = three_designs();
  // Nobody of the farthest network claimed: neither plot nor tables have it.
  comparison.designs[0].points.back().claims = comparison.designs[0].points.back().wins = 0;
  const std::string page = page_of(comparison);
  const std::string svg = designs_plot(comparison).draw(Placement::page).str();
  for (const std::string& text : {std::string("ticket-list: 5.0 ms, 100 users, 25.00\u00A0%"),
                                  std::string("ticket-list: 80 ms, 100 users, 10.00\u00A0%")}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  EXPECT_THAT(page, HasSubstr("10.00\u00A0%<span class=\"note\">80 ms, 100 users</span>"));
  EXPECT_THAT(designs_table(comparison), HasSubstr("25.00 % at 5 ms"));
  EXPECT_THAT(designs_table(comparison), HasSubstr("10.00 % at 80 ms"));
}

TEST(Designs, TellWhichLinesLieOnEachOther) {
  EXPECT_EQ(coinciding_text(three_designs()),
            "ticket-list, preloaded-shuffle give every group the same wins: their lines lie on "
            "each other.");
  DesignComparison apart = three_designs();
  apart.designs[1].points[2].wins = 101;
  EXPECT_EQ(coinciding_text(apart), "");
}

TEST(Designs, DrawTheClosedFormBelowEveryLine) {
  DesignComparison comparison = three_designs();
  for (DelayPoint& point : comparison.designs.back().points) point.expected = 0.2;
  const std::string svg = designs_plot(comparison).draw(Placement::page).str();
  const std::size_t expected = svg.rfind("class=\"line expected\"");
  ASSERT_NE(expected, std::string::npos);
  EXPECT_LT(expected, svg.find("<path class=\"line series-a\""));
}

TEST(Designs, KeepTheLastLabelOfTheAxisInsideTheDrawing) {
  DesignComparison comparison = three_designs();
  comparison.designs[0].points.back().delay_ms = 700;
  for (const Placement placement : {Placement::page, Placement::phone, Placement::file}) {
    const std::string svg = designs_plot(comparison).draw(placement).str();
    std::smatch width;
    ASSERT_TRUE(std::regex_search(svg, width, std::regex(" width=\"([0-9.]+)\"")));
    std::smatch label;
    ASSERT_TRUE(std::regex_search(
        svg, label, std::regex("<text class=\"\" x=\"([0-9.]+)\"[^>]*>1,000</text>")));
    EXPECT_LE(std::stod(label[1]) + text_width("1,000") / 2, std::stod(width[1]));
  }
}

}  // namespace
}  // namespace fairrush::reports::testing
