#include "tests/integration/faults/trial_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace fairrush::kill_matrix {

using analysis::CheckVerdict;
using cli_test::run_command;
using cli_test::WorkDirectory;

std::optional<Played> play(const Stage& stage, std::string_view fault) {
  const WorkDirectory work;
  std::vector<std::string> arguments{"run", work.write("stage.toml", std::string(stage.scenario)),
                                     "--out", work.path("run")};
  if (!fault.empty()) {
    arguments.insert(arguments.end(), {"--set", fmt::format("target.builtin.fault={}", fault)});
  }
  Played played{.end = run_command(arguments), .assessment = {}};
  const auto run = analysis::load_run({work.path("run")});
  EXPECT_TRUE(run) << run.error() << played.end.err;
  if (!run) return std::nullopt;
  played.assessment = analysis::assess(*run);
  return played;
}

const analysis::CheckResult* check_in(const Played& played, std::string_view id) {
  const auto& checks = played.assessment.invariants;
  const auto found = std::ranges::find(checks, id, &analysis::CheckResult::id);
  return found == checks.end() ? nullptr : &*found;
}

std::optional<std::string> accusation(const Trial& trial, const Played& played) {
  switch (trial.kind) {
    case KillerKind::invariant: {
      const analysis::CheckResult* const check = check_in(played, trial.killer);
      if (check == nullptr || check->verdict != CheckVerdict::fail) return std::nullopt;
      return check->finding;
    }
    case KillerKind::test: {
      const analysis::TestResult* const test = played.assessment.fairness.test(trial.killer);
      if (test == nullptr || !test->rejected || !test->material) return std::nullopt;
      return test->meaning;
    }
    case KillerKind::sighting: {
      const auto& sightings = played.assessment.sightings;
      const auto found =
          std::ranges::find(sightings, trial.killer, &analysis::SightingResult::name);
      const bool unseen = found != sightings.end() && found->attempted && found->seen == 0;
      if (!unseen || played.end.exit_code != 3) return std::nullopt;
      return played.assessment.verdict_reason;
    }
  }
  return std::nullopt;
}

std::string summary(const Played& played) {
  std::string text = fmt::format("{} {}", played.assessment.verdict_reason, played.end.err);
  for (const analysis::CheckResult& check : played.assessment.invariants) {
    text += fmt::format("\n  {} {}: {}", check.id, name_of(check.verdict), check.finding);
  }
  for (const analysis::TestResult& test : played.assessment.fairness.tests) {
    text += fmt::format("\n  {} p {:.2g}: {}", test.id, test.adjusted_p, test.meaning);
  }
  return text;
}

}  // namespace fairrush::kill_matrix
