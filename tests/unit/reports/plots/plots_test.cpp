#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "reports/plots/plot.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/reading.hpp"
#include "tests/unit/reports/support/scratch_directory.hpp"

namespace fairrush::reports::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Plots, AreWellFormedWhereverTheyGo) {
  for (const SampleRun& run : all_samples()) {
    for (const Plot& plot : make_plots(input_of(run))) {
      for (const Placement placement : {Placement::file, Placement::page, Placement::phone}) {
        EXPECT_EQ(malformed(plot.draw(placement).str()), std::nullopt) << run.name << plot.name;
      }
    }
  }
}

TEST(Plots, DescribeThemselvesToThoseWhoCannotSeeThem) {
  for (const Plot& plot : make_plots(input_of(proven_draw()))) {
    EXPECT_THAT(plot.caption.description, Not(IsEmpty())) << plot.name;
    const std::string svg = plot.draw(Placement::file).str();
    EXPECT_THAT(svg, HasSubstr("<title>" + plot.caption.title + "</title>"));
    EXPECT_THAT(svg, HasSubstr("<desc>"));
  }
}

TEST(Plots, BringTheirStyleOnlyInAFileOfTheirOwn) {
  for (const Plot& plot : make_plots(input_of(proven_draw()))) {
    EXPECT_THAT(plot.draw(Placement::file).str(), HasSubstr("prefers-color-scheme: dark"));
    EXPECT_THAT(plot.draw(Placement::page).str(), Not(HasSubstr("<style>")));
  }
}

TEST(Plots, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const Plot& plot : make_plots(input_of(proven_draw()))) {
    EXPECT_TRUE(names.insert(plot.name).second) << plot.name;
  }
}

TEST(Plots, MarkAGroupOutsideItsBandByShapeAndWord) {
  const std::string svg = cohorts_plot(input_of(first_come())).draw(Placement::page).str();
  EXPECT_THAT(svg, HasSubstr("✘ 15.71\u00A0%, 1,838 of 11,700"));
  EXPECT_THAT(svg, HasSubstr("<path class=\"outside\""));
  EXPECT_THAT(cohorts_plot(input_of(proven_draw())).draw(Placement::page).str(),
              Not(HasSubstr("outside")));
}

TEST(Plots, SayWhereWinsEnded) {
  EXPECT_THAT(arrivals_plot(input_of(first_come())).draw(Placement::page).str(),
              HasSubstr("90\u00A0% of wins by 0.20 s"));
  EXPECT_THAT(arrivals_plot(input_of(proven_draw())).draw(Placement::page).str(),
              Not(HasSubstr("of wins by")));
}

TEST(Plots, NumberEveryRoundAndEveryNumberOfWinsWhereThereAreFew) {
  const SampleRun run = sticky_winners();
  const std::string rounds = rounds_plot(input_of(run)).draw(Placement::page).str();
  for (const char* label : {">1</text>", ">2</text>", ">3</text>"}) {
    EXPECT_THAT(rounds, HasSubstr(label));
  }
  const std::string wins = wins_per_user_plot(input_of(run)).draw(Placement::page).str();
  for (const char* label : {">0</text>", ">1</text>", ">2</text>", ">3</text>"}) {
    EXPECT_THAT(wins, HasSubstr(label));
  }
}

TEST(Plots, CutALongCohortNameBetweenCharacters) {
  SampleRun run = proven_draw();
  run.assessment.fairness.cohorts[0].label = std::string(60, 'x') + "é";
  run.assessment.fairness.cohorts[1].label = "ééééééééééééééééééééééééééééé";
  const std::string svg = cohorts_plot(input_of(run)).draw(Placement::page).str();
  EXPECT_THAT(svg, HasSubstr(">" + std::string(21, 'x') + "…<"));
  EXPECT_THAT(svg, HasSubstr(">ééééééééééééééééééééé…<"));
}

TEST(Plots, PrintNothingThatIsNotANumber) {
  const std::regex not_a_number("\\b-?(nan|inf)\\b", std::regex::icase);
  const ScratchDirectory scratch;
  const SampleRun run = empty_run();
  for (const Format& format : formats()) {
    const auto written = format.write(input_of(run), scratch.path());
    ASSERT_TRUE(written) << written.error();
    for (const auto& path : *written) {
      EXPECT_FALSE(std::regex_search(read_file(path), not_a_number)) << path;
    }
  }
}

/// Runs a command in a directory; true when it succeeds and says nothing.
bool runs_silently(const std::string& command, const std::filesystem::path& directory) {
  const auto log = directory / "log.txt";
  const std::string line =
      "cd '" + directory.string() + "' && " + command + " >'" + log.string() + "' 2>&1";
  return std::system(line.c_str()) == 0 && std::filesystem::is_empty(log);
}

TEST(Plots, AreDrawnByGnuplotWithoutComplaint) {
  if (std::system("command -v gnuplot >/dev/null") != 0) GTEST_SKIP() << "gnuplot is not installed";
  for (const SampleRun& run : all_samples()) {
    const ScratchDirectory scratch;
    ASSERT_TRUE(format_named("plots").write(input_of(run), scratch.path()));
    for (const Plot& plot : make_plots(input_of(run))) {
      const auto folder = scratch.path() / "plots";
      EXPECT_TRUE(runs_silently("gnuplot " + plot.name + ".gp", folder))
          << run.name << " " << plot.name << ": " << read_file(folder / "log.txt");
      EXPECT_TRUE(std::filesystem::exists(folder / (plot.name + "-gnuplot.svg")));
    }
  }
}

}  // namespace
}  // namespace fairrush::reports::testing
