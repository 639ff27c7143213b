#include <gtest/gtest.h>

#include "cli/verdict_output.hpp"

namespace fairrush::cli {
namespace {

analysis::Assessment ended(bool passed, bool failed) {
  analysis::Assessment assessment;
  assessment.passed = passed;
  assessment.failed = failed;
  return assessment;
}

TEST(ExitCode, SaysPassOnlyForAPassedRun) {
  EXPECT_EQ(exit_code_of({}, ended(true, false)), ExitCode::pass);
  EXPECT_EQ(exit_code_of({}, ended(false, true)), ExitCode::check_failed);
  EXPECT_EQ(exit_code_of({}, ended(false, false)), ExitCode::not_known);
}

TEST(ExitCode, SaysInterruptedWhateverTheChecksOfAPartialRunSay) {
  analysis::RunFacts facts;
  facts.interrupted = true;
  EXPECT_EQ(exit_code_of(facts, ended(true, false)), ExitCode::interrupted);
}

TEST(ExitCode, OfSeveralRunsIsTheWorst) {
  EXPECT_EQ(worse_of(ExitCode::pass, ExitCode::not_known), ExitCode::not_known);
  EXPECT_EQ(worse_of(ExitCode::check_failed, ExitCode::not_known), ExitCode::check_failed);
  EXPECT_EQ(worse_of(ExitCode::check_failed, ExitCode::target_unreachable),
            ExitCode::target_unreachable);
  EXPECT_EQ(worse_of(ExitCode::pass, ExitCode::pass), ExitCode::pass);
}

}  // namespace
}  // namespace fairrush::cli
