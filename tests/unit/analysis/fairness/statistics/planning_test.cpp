#include "analysis/fairness/statistics/planning.hpp"

#include <gtest/gtest.h>

namespace fairrush::analysis {
namespace {

struct PlanRow {
  double participants;
  std::uint64_t third;
  std::uint64_t tenth;
  std::uint64_t hundredth;
  double gap_pp;
  double gap_error;
};

TEST(Planning, GivesTheTableOfTheGuide) {
  // docs/fairness.md.
  for (const PlanRow& row :
       {PlanRow{300, 116, 522, 5'734, 13.0, 0.05}, PlanRow{3'000, 12, 52, 572, 4.1, 0.05},
        PlanRow{30'000, 2, 6, 58, 1.3, 0.05}, PlanRow{500'000, 1, 1, 4, 0.32, 0.005}}) {
    const StudySize study{row.participants, 0.2, 1};
    EXPECT_EQ(rounds_needed(study, row.participants / 3, 0.01), row.third) << row.participants;
    EXPECT_EQ(rounds_needed(study, row.participants / 10, 0.01), row.tenth) << row.participants;
    EXPECT_EQ(rounds_needed(study, row.participants / 100, 0.01), row.hundredth);
    EXPECT_NEAR(detectable_gap_pp(study), row.gap_pp, row.gap_error);
  }
}

TEST(Planning, SeesGapsByTheRootOfTheRounds) {
  EXPECT_NEAR(detectable_gap_pp({300, 0.2, 100}), detectable_gap_pp({300, 0.2, 1}) / 10, 1e-12);
  EXPECT_EQ(detectable_gap_pp({1, 0.2, 1}), 100);
  EXPECT_EQ(detectable_gap_pp({0, 0.2, 1}), 100);
}

TEST(Planning, SaysNothingWhereNothingCanBeSaid) {
  EXPECT_EQ(rounds_needed({300, 0.2, 1}, 100, 0), 0U);
  EXPECT_EQ(rounds_needed({300, 0, 1}, 100, 0.01), 0U);
  EXPECT_EQ(rounds_needed({300, 1, 1}, 100, 0.01), 0U);
  EXPECT_EQ(rounds_needed({1, 0.2, 1}, 0.3, 0.01), 0U);
  EXPECT_EQ(rounds_needed({300, 0.2, 1}, 0, 0.01), 0U);
  EXPECT_EQ(rounds_needed({300, 0.2, 1}, 300, 0.01), 0U);
}

TEST(Planning, LetsTheRatioDecideWhereWinsAreRare) {
  // ±1 pp is wide beside a chance of 1 %, but narrow beside one of 20 %.
  EXPECT_GT(rounds_needed_for_ratio({300, 0.01, 1}, 100, 0.8),
            rounds_needed({300, 0.01, 1}, 100, 0.01));
  EXPECT_LT(rounds_needed_for_ratio({300, 0.2, 1}, 100, 0.8),
            rounds_needed({300, 0.2, 1}, 100, 0.01));
  // (1.6449 + 1.2816)²·99·(1/100 + 1/200)/ln²0.8 = 255.4.
  EXPECT_EQ(rounds_needed_for_ratio({300, 0.01, 1}, 100, 0.8), 256U);
  EXPECT_EQ(rounds_needed_for_ratio({300, 0.01, 1}, 100, 1), 0U);
}

}  // namespace
}  // namespace fairrush::analysis
