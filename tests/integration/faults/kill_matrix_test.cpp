// The verifier verified: a server that is wrong on purpose, over real sockets, and the check that
// has to see it; and the sound server, which passes the same rush.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "server/faults/faults.hpp"
#include "tests/integration/cli/command.hpp"
#include "tests/integration/faults/guide.hpp"
#include "tests/integration/faults/trial_run.hpp"
#include "tests/integration/faults/trials.hpp"

namespace fairrush::kill_matrix {
namespace {

using analysis::CheckVerdict;
using cli_test::run_command;
using cli_test::WorkDirectory;

struct StagedTrial {
  const Stage* stage;
  Trial trial;
};

void PrintTo(const StagedTrial& staged, std::ostream* out) {
  *out << staged.trial.fault;
}

std::vector<StagedTrial> all_trials() {
  std::vector<StagedTrial> all;
  for (const Stage& stage : stages()) {
    for (const Trial& trial : stage.trials) all.push_back({&stage, trial});
  }
  return all;
}

std::string identifier(std::string_view name) {
  std::string text(name);
  std::ranges::replace_if(text, [](char c) { return c == '-' || c == ' '; }, '_');
  return text;
}

class Fault : public testing::TestWithParam<StagedTrial> {};

TEST_P(Fault, IsKilledByItsCheck) {
  const auto& [stage, trial] = GetParam();
  const auto played = play(*stage, trial.fault);
  ASSERT_TRUE(played);
  const auto accused = accusation(trial, *played);
  ASSERT_TRUE(accused) << trial.fault << " survives: " << summary(*played);
  EXPECT_NE(played->end.exit_code, 0);
  guide().found(trial.fault, *accused);
}

INSTANTIATE_TEST_SUITE_P(KillMatrix, Fault, testing::ValuesIn(all_trials()),
                         [](const auto& info) { return identifier(info.param.trial.fault); });

class SoundServer : public testing::TestWithParam<Stage> {};

TEST_P(SoundServer, IsAccusedByNoCheckOfTheStage) {
  const Stage& stage = GetParam();
  const auto played = play(stage, {});
  ASSERT_TRUE(played);
  for (const Trial& trial : stage.trials) {
    EXPECT_FALSE(accusation(trial, *played)) << trial.killer << summary(*played);
    if (trial.kind != KillerKind::invariant) continue;
    const analysis::CheckResult* const check = check_in(*played, trial.killer);
    ASSERT_NE(check, nullptr);
    EXPECT_EQ(check->verdict, CheckVerdict::pass) << trial.killer << summary(*played);
  }
  EXPECT_NE(played->assessment.verdict, analysis::RunVerdict::violation) << summary(*played);
}

INSTANTIATE_TEST_SUITE_P(KillMatrix, SoundServer, testing::ValuesIn(stages()),
                         [](const auto& info) { return identifier(info.param.name); });

TEST(KillMatrix, IsTheTableInTheGuide) {
  const std::string text = cli_test::read_file(FAIRRUSH_FAULTS_GUIDE);
  for (const StagedTrial& staged : all_trials()) {
    const server::FaultRow* const row = server::find_fault(staged.trial.fault);
    ASSERT_NE(row, nullptr) << staged.trial.fault;
    EXPECT_NE(text.find(guide_row_start(*row, staged.trial)), std::string::npos)
        << staged.trial.fault << ": run the whole test with FAIRRUSH_UPDATE_GOLDEN=1";
  }
}

TEST(KillMatrix, HoldsFaultsThatAScenarioCanName) {
  const WorkDirectory work;
  const auto refused = run_command({"run", work.write("stage.toml", "question = \"?\""), "--set",
                                    "target.builtin.fault=no-such-fault"});
  EXPECT_EQ(refused.exit_code, 2);
  for (const server::FaultRow& row : server::faults()) {
    EXPECT_NE(refused.err.find(row.name), std::string::npos) << row.name << refused.err;
  }
}

TEST(KillMatrix, HoldsEveryFaultOfTheServerOnce) {
  std::multiset<std::string_view> tried;
  for (const StagedTrial& staged : all_trials()) tried.insert(staged.trial.fault);
  std::multiset<std::string_view> known;
  for (const server::FaultRow& row : server::faults()) known.insert(row.name);
  EXPECT_EQ(tried, known);
}

}  // namespace
}  // namespace fairrush::kill_matrix
