#include <fmt/core.h>

#include <filesystem>
#include <string_view>

#include "analysis/assessment.hpp"
#include "base/clock.hpp"
#include "cli/arguments.hpp"
#include "cli/interruption.hpp"
#include "cli/output/streams.hpp"
#include "cli/progress.hpp"
#include "cli/run_files.hpp"
#include "cli/scenario_files.hpp"
#include "cli/selftest/store.hpp"
#include "cli/side_by_side.hpp"
#include "cli/subcommand.hpp"
#include "cli/verdict_output.hpp"
#include "loadgen/dry_run.hpp"
#include "loadgen/run.hpp"
#include "reports/reports.hpp"

namespace fairrush::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kScenariosMax = 16;

struct RunOptions {
  ScenarioChanges changes;
  std::optional<std::string> out;
  std::optional<std::string> server;
  bool dry_run = false;
  OutputOptions output;
};

OptionTable run_option_table(RunOptions& options) {
  OptionTable table;
  table.add({"target", "URL", "Rush this service instead of the built-in one"},
            options.changes.target);
  add_scenario_options(table, options.changes);
  table.add({"out", "DIR", "Run directory; must not hold a run yet (runs/SCENARIO-TIME)"},
            options.out);
  table.add({"server", "FILE", "The fairrush-server to start (beside this program)"},
            options.server);
  table.add_flag({"dry-run", "", "Send one user through and show how answers are read; no run"},
                 options.dry_run);
  table.add_flag({"quiet", "", "No progress and no summary: the exit code alone"},
                 options.output.quiet);
  table.add_flag({"json", "", "One JSON line a run instead of the summary"}, options.output.json);
  return table;
}

fs::path server_binary(const RunOptions& options) {
  if (options.server) return *options.server;
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path() / "fairrush-server";
}

ExitCode failure_exit(const loadgen::RunFailure& failure) {
  using Kind = loadgen::RunFailure::Kind;
  tell(fmt::format("fairrush: {}\n", failure.message));
  if (failure.kind == Kind::interrupted) return ExitCode::interrupted;
  return failure.kind == Kind::unreachable ? ExitCode::target_unreachable : ExitCode::usage;
}

ExitCode run_one(const loadgen::Scenario& scenario, const fs::path& directory,
                 const RunOptions& options, std::stop_token stop,
                 std::vector<FinishedRun>& finished) {
  const bool quiet = options.output.quiet || options.output.json;
  if (!quiet) tell(fmt::format("\n{}: {}\n", scenario.name, scenario.question));
  const RealClock clock;
  auto facts = [&] {
    ProgressDisplay display(progress_style(quiet), clock);
    return loadgen::execute_run(
        scenario, {.directory = directory, .server_binary = server_binary(options)}, display, stop);
  }();
  if (!facts) {
    // A run that never began leaves nothing, so that the same --out can be used again.
    if (facts.error().kind != loadgen::RunFailure::Kind::storage) fs::remove_all(directory);
    return failure_exit(facts.error());
  }
  facts->instrument.selftest = known_selftest();
  auto evidence = analysis::load_evidence({directory}, std::move(*facts));
  if (!evidence) return refuse(evidence.error());
  const analysis::Assessment assessment = analysis::assess(*evidence);
  const reports::ReportInput input{evidence->facts, assessment, evidence->history};
  const auto report = write_reports(input, directory);
  if (!report) return refuse(report.error());
  print_verdict(input, *report, options.output);
  finished.push_back({scenario.name, assessment.verdict, assessment.fairness});
  return exit_code_of(evidence->facts, assessment);
}

ExitCode dry_run_one(const loadgen::Scenario& scenario, const RunOptions& options,
                     const std::stop_token& stop) {
  const auto understood = loadgen::dry_run(
      scenario, {.directory = {}, .server_binary = server_binary(options)},
      [&options](const std::string& text) {
        if (!options.output.quiet) fmt::print("{}", text);
      },
      stop);
  if (!understood) return failure_exit(understood.error());
  return *understood ? ExitCode::pass : ExitCode::not_known;
}

}  // namespace

ExitCode run_main(std::vector<std::string> arguments) {
  RunOptions options;
  OptionTable table = run_option_table(options);
  const auto files = read_arguments({.name = "fairrush run",
                                     .purpose = "Play a scenario's rush, verify it, report it.",
                                     .positionals_hint = "SCENARIO…",
                                     .positionals_min = 1,
                                     .positionals_max = kScenariosMax},
                                    table, std::move(arguments));
  if (!files) return files.error();
  const auto overrides = overrides_of(options.changes);
  if (!overrides) return refuse(overrides.error());
  const auto scenarios = load_scenarios(*files, *overrides);
  if (!scenarios) return refuse(scenarios.error());
  const Interruption interruption;
  ExitCode worst = ExitCode::pass;
  std::vector<FinishedRun> finished;
  for (const loadgen::Scenario& scenario : *scenarios) {
    if (options.dry_run) {
      worst = worse_of(worst, dry_run_one(scenario, options, interruption.token()));
      continue;
    }
    if (interruption.token().stop_requested()) return worse_of(worst, ExitCode::interrupted);
    std::optional<fs::path> out = options.out;
    if (out && scenarios->size() > 1) *out /= scenario.name;
    const auto directory = make_run_directory(out, scenario.name);
    if (!directory) return refuse(directory.error());
    worst = worse_of(worst, run_one(scenario, *directory, options, interruption.token(), finished));
  }
  const bool talks = !options.output.quiet && !options.output.json;
  if (talks && finished.size() > 1) fmt::print("{}", side_by_side(finished));
  return worst;
}

}  // namespace fairrush::cli
