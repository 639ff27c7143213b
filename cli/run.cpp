#include <fmt/core.h>

#include <filesystem>
#include <string_view>

#include "analysis/assessment.hpp"
#include "base/clock.hpp"
#include "cli/arguments.hpp"
#include "cli/interruption.hpp"
#include "cli/live/view.hpp"
#include "cli/output/streams.hpp"
#include "cli/progress.hpp"
#include "cli/run_files.hpp"
#include "cli/scenario_files.hpp"
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
  std::optional<asio::ip::tcp::endpoint> live;
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
  LiveView::add_option(table, options.live);
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

/// Starts the view and says where it is.
std::expected<LiveView, Problem> start_view(const RunOptions& options) {
  if (options.output.quiet && options.live && options.live->port() == 0) {
    return std::unexpected(
        Problem{"--live",
                "with --quiet nobody would learn which port was chosen: expected "
                "a port of 1 to 65535"});
  }
  auto view = LiveView::start(options.live);
  if (view && options.live && !options.output.quiet) tell(fmt::format("live: {}\n", view->url()));
  return view;
}

ExitCode run_one(const loadgen::Scenario& scenario, const fs::path& directory,
                 const RunOptions& options, std::stop_token stop, LiveView& view,
                 std::vector<FinishedRun>& finished) {
  const bool quiet = options.output.quiet || options.output.json;
  if (!quiet) tell(fmt::format("\n{}: {}\n", scenario.name, scenario.question));
  const RealClock clock;
  view.open(scenario);
  auto facts = [&] {
    ProgressDisplay display(progress_style(quiet), clock);
    LiveObserver observer(display, view);
    return loadgen::execute_run(scenario,
                                {.directory = directory, .server_binary = server_binary(options)},
                                observer, stop);
  }();
  const auto fail = [&view](const std::string& why) {
    view.give_up(why, ExitCode::usage);
    return refuse(why);
  };
  if (!facts) {
    // A run that never began leaves nothing, so that the same --out can be used again.
    if (facts.error().kind != loadgen::RunFailure::Kind::storage) fs::remove_all(directory);
    const ExitCode exit_code = failure_exit(facts.error());
    view.give_up(facts.error().message, exit_code);
    return exit_code;
  }
  auto evidence = analysis::load_evidence({directory}, std::move(*facts));
  if (!evidence) return fail(evidence.error());
  const analysis::Assessment assessment = analysis::assess(*evidence);
  const reports::ReportInput input{evidence->facts, assessment, evidence->history};
  const auto report = write_reports(input, directory);
  if (!report) return fail(report.error());
  view.judge(input, *report, exit_code_of(evidence->facts, assessment));
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
  auto view = start_view(options);
  if (!view) return refuse({&view.error(), 1});
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
    worst = worse_of(worst,
                     run_one(scenario, *directory, options, interruption.token(), *view, finished));
  }
  const bool talks = !options.output.quiet && !options.output.json;
  if (talks && finished.size() > 1) fmt::print("{}", side_by_side(finished));
  return worst;
}

}  // namespace fairrush::cli
