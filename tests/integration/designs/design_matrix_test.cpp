// Every design on every store that it runs on, undisturbed and struck, in whole rushes over real
// sockets.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "server/stores/stored_designs.hpp"
#include "tests/integration/cli/command.hpp"
#include "tests/integration/designs/guide.hpp"
#include "tests/integration/designs/guide_tables.hpp"
#include "tests/integration/faults/trial_run.hpp"

namespace fairrush::design_matrix {
namespace {

using analysis::CheckVerdict;
using cli_test::Command;
using cli_test::WorkDirectory;

constexpr const char* kScenario = R"(
question = "Does the design hold on this store?"
arrivals = {{ {arrivals} }}
[event]
reserve = "800ms"
pause   = "400ms"
rush    = "{rush_ms}ms"
[population]
users    = {users}
cohorts  = [
  {{ name = "fibre",  share = 0.5, one_way_delay = "5ms" }},
  {{ name = "mobile", share = 0.5, one_way_delay = {{ median = "60ms", p99 = "250ms" }} }} ]
personas = {{ honest = 0.74, double_clicker = 0.14, retrier = 0.08, intruder = 0.04 }}
[winners]
redeem = 0.3
[connections]
count = 1000
[target]
url             = "{url}"
admin_token     = "{admin_token}"
settle_deadline = "30s"
builtin         = {{ design = "{design}" }}
[checks]
fairness = "report"
)";

std::string scenario_of(const Cell& cell, const std::string& url) {
  const Disturbance& disturbance = *cell.disturbance;
  return fmt::format(kScenario, fmt::arg("arrivals", disturbance.arrivals),
                     fmt::arg("rush_ms", disturbance.rush_ms),
                     fmt::arg("users", plays_everything() ? 1000 : 300), fmt::arg("url", url),
                     fmt::arg("design", cell.design),
                     fmt::arg("admin_token", server_test::kAdminToken));
}

std::string summary(const analysis::Assessment& assessment) {
  std::string text = assessment.verdict_reason;
  for (const analysis::CheckResult& check : assessment.invariants) {
    text += fmt::format("\n  {} {}: {}", check.id, name_of(check.verdict), check.finding);
  }
  return text;
}

/// That claims end in time: a target that was struck promises no time.
constexpr std::string_view kTermination = "I19";

/// Rules that must not break in a cell and did.
std::vector<std::string> forbidden(const Cell& cell, std::vector<std::string> broken) {
  const Disturbance& disturbance = *cell.disturbance;
  if (disturbance.strike) std::erase(broken, kTermination);
  if (std::ranges::find(disturbance.loss_free, cell.store) != disturbance.loss_free.end()) {
    return broken;
  }
  std::erase_if(broken, [&disturbance](const std::string& id) {
    return std::ranges::find(disturbance.may_break, id) != disturbance.may_break.end();
  });
  return broken;
}

std::string identifier(std::string name) {
  std::ranges::replace_if(name, [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class Design : public testing::TestWithParam<Cell> {};

TEST_P(Design, BreaksNoRuleThatMustHold) {
  const Cell& cell = GetParam();
  const Disturbance& disturbance = *cell.disturbance;
  if (const auto missing = World::missing(cell.store, disturbance.setup)) {
    GTEST_SKIP() << *missing;
  }
  World world(cell.design, cell.store, disturbance.setup);
  const WorkDirectory work;
  Command command(
      {"run", work.write("cell.toml", scenario_of(cell, world.url())), "--out", work.path("run")});
  if (disturbance.strike) {
    ASSERT_TRUE(command.wait_for("rushing")) << "the rush never came: " << command.wait().err;
    world.await_first_win();
    disturbance.strike(world);
  }
  const cli_test::CommandEnd end = command.wait();
  EXPECT_TRUE(world.becomes_ready()) << "it does not recover";
  EXPECT_EQ(world.stop_server(), 0);
  const auto run = analysis::load_run({work.path("run")});
  ASSERT_TRUE(run) << run.error() << end.out << end.err;
  const analysis::Assessment assessment = analysis::assess(*run);
  EXPECT_EQ(forbidden(cell, checks_that(assessment, CheckVerdict::fail)),
            std::vector<std::string>{})
      << summary(assessment);
  EXPECT_GT(assessment.fairness.winners, 0U) << summary(assessment);
  if (!disturbance.strike) {
    EXPECT_EQ(checks_that(assessment, CheckVerdict::unknown), std::vector<std::string>{})
        << summary(assessment);
  }
  guide().found(evidence_of(cell, assessment, world.server_cpu_seconds()));
}

INSTANTIATE_TEST_SUITE_P(Matrix, Design,
                         testing::ValuesIn(plays_everything() ? all_cells() : sample_cells()),
                         [](const auto& info) {
                           const Cell& cell = info.param;
                           return identifier(fmt::format("{}_{}_{}", cell.design, cell.store,
                                                         cell.disturbance->name));
                         });

/// Each fault that a rule of the verifier catches, beside the sound server in the same rush.
TEST(DesignMatrix, ShowsEveryRaceBesideTheSoundServer) {
  if (!plays_everything()) GTEST_SKIP() << "fairrush_kill_matrix_tests plays them";
  for (const kill_matrix::Stage& stage : kill_matrix::stages()) {
    if (stage.trials.front().kind != kill_matrix::KillerKind::invariant) continue;
    const auto sound = kill_matrix::play(stage, {});
    ASSERT_TRUE(sound) << stage.name;
    for (const kill_matrix::Trial& trial : stage.trials) {
      EXPECT_FALSE(kill_matrix::accusation(trial, *sound)) << kill_matrix::summary(*sound);
      const auto faulty = kill_matrix::play(stage, trial.fault);
      ASSERT_TRUE(faulty) << trial.fault;
      const auto accused = kill_matrix::accusation(trial, *faulty);
      ASSERT_TRUE(accused) << trial.fault << " survives: " << kill_matrix::summary(*faulty);
      const auto* const check = kill_matrix::check_in(*sound, trial.killer);
      ASSERT_NE(check, nullptr) << trial.killer;
      guide().found({.fault = std::string(trial.fault),
                     .check = std::string(trial.killer),
                     .sound = check->finding,
                     .faulty = *accused});
    }
  }
}

TEST(DesignMatrix, IsTheTableInTheGuide) {
  const std::string page = cli_test::read_file(FAIRRUSH_DESIGNS_GUIDE);
  for (const Cell& cell : all_cells()) {
    const std::size_t section = page.find(store_heading(cell.store));
    ASSERT_NE(section, std::string::npos) << cell.store;
    EXPECT_NE(page.find(row_start(cell.design, cell.disturbance->name), section), std::string::npos)
        << cell.design << " on " << cell.store << ", " << cell.disturbance->name
        << ": run the whole test with FAIRRUSH_UPDATE_GOLDEN=1";
  }
}

}  // namespace
}  // namespace fairrush::design_matrix
