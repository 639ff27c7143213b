#include "cli/side_by_side.hpp"

#include <gtest/gtest.h>

namespace fairrush::cli {
namespace {

FinishedRun finished(std::string scenario, analysis::RunVerdict verdict, double fibre) {
  FinishedRun run{std::move(scenario), verdict, {}};
  analysis::GroupRate group;
  group.label = "fibre";
  group.rate_of_claimed = fibre;
  run.fairness.cohorts.push_back(group);
  return run;
}

TEST(SideBySide, PutsEachRunOnALineWithItsRates) {
  std::vector<FinishedRun> runs{finished("demo", analysis::RunVerdict::proven, 0.2),
                                finished("demo-ticket-list", analysis::RunVerdict::biased, 0.3212)};
  analysis::TestResult& arrival = runs[1].fairness.tests.emplace_back();
  arrival.id = "arrival";
  arrival.computed = true;
  arrival.effect = 0.0004;
  EXPECT_EQ(side_by_side(runs),
            "\nSide by side, win rate of those who claimed\n"
            "                    verdict              fibre   arrival AUC\n"
            "  demo              PROVEN             20.00 %\n"
            "  demo-ticket-list  BIASED             32.12 %         0.000\n");
}

TEST(SideBySide, LeavesACohortBlankThatARunDoesNotHave) {
  std::vector<FinishedRun> runs{finished("a", analysis::RunVerdict::proven, 0.2), {}};
  runs[1].scenario = "b";
  EXPECT_NE(side_by_side(runs).find("  b  VIOLATION\n"), std::string::npos) << side_by_side(runs);
}

TEST(SideBySide, SaysNothingOfNoRuns) {
  EXPECT_EQ(side_by_side({}), "");
}

}  // namespace
}  // namespace fairrush::cli
