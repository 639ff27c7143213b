#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string_view>

#include "analysis/assessment.hpp"
#include "base/clock.hpp"
#include "cli/arguments.hpp"
#include "cli/interruption.hpp"
#include "cli/progress.hpp"
#include "cli/side_by_side.hpp"
#include "cli/subcommand.hpp"
#include "cli/verdict_output.hpp"
#include "loadgen/run.hpp"
#include "reports/reports.hpp"

namespace fairrush::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kScenariosMax = 16;

struct RunOptions {
  std::optional<std::string> target;
  std::optional<std::string> users;
  std::optional<std::string> seed;
  std::optional<std::string> rounds;
  std::optional<std::string> out;
  std::vector<std::string> set;
  std::optional<std::string> server;
  OutputOptions output;
};

OptionTable run_option_table(RunOptions& options) {
  OptionTable table;
  table.add({"target", "URL", "Rush this service instead of the built-in one"}, options.target);
  table.add({"users", "N", "Number of users, instead of the scenario's"}, options.users);
  table.add({"seed", "S", "Seed of the plan, instead of the scenario's"}, options.seed);
  table.add({"rounds", "R", "How often the event takes place, for the same users"}, options.rounds);
  table.add({"out", "DIR", "Run directory; must not hold a run yet (runs/SCENARIO-TIME)"},
            options.out);
  table.add({"set", "KEY=VALUE", "Any key of the scenario; may be given several times"},
            options.set);
  table.add({"server", "FILE", "The fairrush-server to start (beside this program)"},
            options.server);
  table.add_flag({"quiet", "", "No progress and no summary: the exit code alone"},
                 options.output.quiet);
  table.add_flag({"json", "", "One JSON line a run instead of the summary"}, options.output.json);
  return table;
}

using Overrides = std::vector<std::pair<std::string, std::string>>;

std::expected<Overrides, std::vector<Problem>> overrides_of(const RunOptions& options) {
  Overrides overrides;
  std::vector<Problem> problems;
  for (const std::string& text : options.set) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      problems.push_back({"--set", fmt::format("'{}' is not accepted: expected KEY=VALUE", text)});
      continue;
    }
    overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  if (options.target) overrides.emplace_back("target.url", *options.target);
  if (options.users) overrides.emplace_back("population.users", *options.users);
  if (options.seed) overrides.emplace_back("population.seed", *options.seed);
  if (options.rounds) overrides.emplace_back("event.rounds", *options.rounds);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return overrides;
}

/// All of them, or the problems of all of them.
std::expected<std::vector<loadgen::Scenario>, std::vector<Problem>> load_scenarios(
    const std::vector<std::string>& files, const Overrides& overrides) {
  std::vector<loadgen::Scenario> scenarios;
  std::vector<Problem> problems;
  for (const std::string& file : files) {
    auto scenario = loadgen::load_scenario(file, overrides);
    if (scenario) {
      scenarios.push_back(std::move(*scenario));
    } else {
      problems.insert(problems.end(), scenario.error().begin(), scenario.error().end());
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return scenarios;
}

/// runs/SCENARIO-TIME, with a number behind it when two runs start in one second.
fs::path free_directory(const loadgen::Scenario& scenario) {
  const auto now = std::chrono::floor<std::chrono::seconds>(RealClock().wall_now());
  const std::string name = fmt::format("{}-{:%Y%m%d-%H%M%S}", scenario.name,
                                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  fs::path directory = fs::path("runs") / name;
  for (int number = 2; fs::exists(directory); ++number) {
    directory = fs::path("runs") / fmt::format("{}-{}", name, number);
  }
  return directory;
}

/// The directory of one run: created here, and empty.
std::expected<fs::path, std::string> make_run_directory(const RunOptions& options,
                                                        const loadgen::Scenario& scenario,
                                                        bool one_of_several) {
  const fs::path directory = options.out ? (one_of_several ? fs::path(*options.out) / scenario.name
                                                           : fs::path(*options.out))
                                         : free_directory(scenario);
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return std::unexpected(
        fmt::format("--out: '{}' cannot be created: {}", directory.string(), error.message()));
  }
  if (!fs::is_empty(directory, error) || error) {
    return std::unexpected(fmt::format(
        "--out: '{}' is not empty: expected a new or empty directory", directory.string()));
  }
  return directory;
}

fs::path server_binary(const RunOptions& options) {
  if (options.server) return *options.server;
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path() / "fairrush-server";
}

/// Writes what a run leaves behind by default; gives the file to open first.
std::expected<fs::path, std::string> write_reports(const reports::ReportInput& input,
                                                   const fs::path& directory) {
  fs::path opened_first;
  for (const reports::Format& format : reports::formats()) {
    if (!format.by_default) continue;
    const auto written = format.write(input, directory);
    if (!written) return std::unexpected(written.error());
    if (format.name == "html") opened_first = written->front();
  }
  return opened_first;
}

ExitCode failure_exit(const loadgen::RunFailure& failure) {
  fmt::print(stderr, "fairrush: {}\n", failure.message);
  return failure.kind == loadgen::RunFailure::Kind::unreachable ? ExitCode::target_unreachable
                                                                : ExitCode::usage;
}

ExitCode run_one(const loadgen::Scenario& scenario, const fs::path& directory,
                 const RunOptions& options, std::stop_token stop,
                 std::vector<FinishedRun>& finished) {
  const bool quiet = options.output.quiet || options.output.json;
  if (!quiet) fmt::print(stderr, "\n{}: {}\n", scenario.name, scenario.question);
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
  auto evidence = analysis::load_evidence({directory}, std::move(*facts));
  if (!evidence) return refuse(evidence.error());
  const analysis::Assessment assessment = analysis::assess(*evidence);
  const auto report = write_reports({evidence->facts, assessment, evidence->history}, directory);
  if (!report) return refuse(report.error());
  print_verdict(*evidence, assessment, *report, options.output);
  finished.push_back({scenario.name, assessment.verdict, assessment.fairness});
  return exit_code_of(evidence->facts, assessment);
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
  const auto overrides = overrides_of(options);
  if (!overrides) return refuse(overrides.error());
  const auto scenarios = load_scenarios(*files, *overrides);
  if (!scenarios) return refuse(scenarios.error());
  const Interruption interruption;
  ExitCode worst = ExitCode::pass;
  std::vector<FinishedRun> finished;
  for (const loadgen::Scenario& scenario : *scenarios) {
    if (interruption.token().stop_requested()) return worse_of(worst, ExitCode::interrupted);
    const auto directory = make_run_directory(options, scenario, scenarios->size() > 1);
    if (!directory) return refuse(directory.error());
    worst = worse_of(worst, run_one(scenario, *directory, options, interruption.token(), finished));
  }
  const bool talks = !options.output.quiet && !options.output.json;
  if (talks && finished.size() > 1) fmt::print("{}", side_by_side(finished));
  return worst;
}

}  // namespace fairrush::cli
