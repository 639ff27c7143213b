#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <string>

#include "reports/reports.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/reading.hpp"
#include "tests/unit/reports/support/scratch_directory.hpp"

namespace fairrush::reports::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHostile = "<script>alert(1)</script>\"'&|`\n\x1b[31m\xff";

/// A run in which every text that comes from outside is hostile.
SampleRun hostile_run() {
  SampleRun run = violation();
  auto& facts = run.facts;
  for (std::string* text : {&facts.scenario, &facts.question, &facts.started_at, &facts.version,
                            &facts.machine, &facts.target, &facts.event}) {
    *text = kHostile;
  }
  facts.rounds.front().ledger_missing = kHostile;
  facts.options = {{kHostile, kHostile}};
  for (auto& cohort : facts.cohorts) cohort = {kHostile, 0.5, kHostile};
  facts.personas.assign(facts.personas.size(), kHostile);
  auto& assessment = run.assessment;
  assessment.verdict_reason = kHostile;
  for (auto& check : assessment.invariants) {
    check.finding = kHostile;
    check.examples = {{UserIndex{1}, {kHostile, kHostile}, 0}};
  }
  for (auto& sighting : assessment.sightings) sighting.name = kHostile;
  for (auto& group : assessment.fairness.cohorts) group.label = kHostile;
  for (auto& test : assessment.fairness.tests) test.name = test.meaning = kHostile;
  for (auto& row : assessment.fairness.equivalence) row.label = kHostile;
  assessment.fairness.impact.worst = assessment.fairness.impact.best = kHostile;
  facts.fault = kHostile;
  return run;
}

TEST(HostileData, LeavesThePageWellFormedAndWithoutScript) {
  const std::string page = written_by("html", input_of(hostile_run()));
  EXPECT_EQ(malformed(page), std::nullopt);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
}

TEST(HostileData, LeavesEveryDrawingWellFormed) {
  const ScratchDirectory scratch;
  const auto written = format_named("plots").write(input_of(hostile_run()), scratch.path());
  ASSERT_TRUE(written) << written.error();
  for (const auto& path : *written) {
    const std::string text = read_file(path);
    if (path.extension() == ".svg") EXPECT_EQ(malformed(text), std::nullopt) << path;
    if (path.extension() == ".gp") EXPECT_THAT(text, Not(HasSubstr("script"))) << path;
  }
}

TEST(HostileData, StartsNoTagAndEndsNoCellOrFenceInMarkdown) {
  std::string text = written_by("md", input_of(hostile_run()));
  text = std::regex_replace(text, std::regex("```text\n[^`]*```\n"), "");
  text = std::regex_replace(text, std::regex("`[^`\n]*`"), "");
  EXPECT_FALSE(std::regex_search(text, std::regex(R"([^\\]<(?!/?(details|summary)>))"))) << text;
  EXPECT_THAT(text, Not(HasSubstr("```")));
  EXPECT_THAT(text, HasSubstr(R"(\<script\>)"));
  EXPECT_THAT(text, HasSubstr(R"(\|)"));
}

TEST(HostileData, SendsNoControlCharacterToTheTerminal) {
  const std::string text = console_summary(input_of(hostile_run()), {});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\xff")));
}

}  // namespace
}  // namespace fairrush::reports::testing
