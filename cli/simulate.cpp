#include <fmt/core.h>

#include <filesystem>
#include <thread>

#include "base/clock.hpp"
#include "base/memory.hpp"
#include "base/version.hpp"
#include "cli/arguments.hpp"
#include "cli/interruption.hpp"
#include "cli/run_files.hpp"
#include "cli/simulate/options.hpp"
#include "cli/simulate/progress.hpp"
#include "cli/subcommand.hpp"
#include "reports/plots/simulation/designs.hpp"

namespace fairrush::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kScenariosMax = 16;

/// A label as the name of a directory.
std::string folder_of(std::string label) {
  std::ranges::replace(label, ' ', '-');
  return label;
}

reports::DesignCurve curve_of(const SimulationCase& one, const SimulationResult& result,
                              const reports::ReportInput& input, const std::string& report) {
  reports::DesignCurve curve{.name = one.label,
                             .points = {},
                             .pp_per_10ms = result.pp_per_10ms,
                             .expected_pp_per_10ms = {},
                             .verdict = input.assessment.verdict,
                             .words = reports::describe_verdict(input),
                             .reason = input.assessment.verdict_reason,
                             .report = report};
  for (std::size_t bin = 0; bin < result.curve.size(); ++bin) {
    const loadgen::DelayBin& point = result.curve[bin];
    curve.points.push_back({.delay_ms = point.delay_ms,
                            .users = point.users,
                            .claims = point.claims,
                            .wins = point.wins,
                            .expected = {}});
    if (result.expected) curve.points.back().expected = result.expected->rates[bin];
  }
  if (result.expected) curve.expected_pp_per_10ms = result.expected->pp_per_10ms;
  return curve;
}

/// All simulations of one command.
class Comparison {
 public:
  Comparison(const SimulateOptions& options, const std::vector<SimulationCase>& cases,
             fs::path directory)
      : options_(options), cases_(cases), directory_(std::move(directory)) {
    const loadgen::Scenario& first = cases.front().scenario;
    comparison_.question = first.question;
    comparison_.setting = fmt::format("{} users, {} rounds, {}", format_count(first.users),
                                      format_count(first.rounds), options.settings.model.text());
    comparison_.version = version_text();
  }

  ExitCode run(const std::stop_token& stop) {
    ExitCode worst = ExitCode::pass;
    for (const SimulationCase& one : cases_) {
      if (stop.stop_requested()) {
        worst = worse_of(worst, ExitCode::interrupted);
        break;
      }
      worst = worse_of(worst, run_one(one, stop));
    }
    return worse_of(worst, write());
  }

 private:
  bool talks() const { return !options_.output.quiet && !options_.output.json; }
  ExitCode run_one(const SimulationCase& one, const std::stop_token& stop);
  ExitCode write() const;

  const SimulateOptions& options_;
  const std::vector<SimulationCase>& cases_;
  fs::path directory_;
  reports::DesignComparison comparison_;
};

ExitCode Comparison::run_one(const SimulationCase& one, const std::stop_token& stop) {
  const bool several = cases_.size() > 1;
  const fs::path folder = several ? fs::path(folder_of(one.label)) : fs::path();
  const fs::path directory = directory_ / folder;
  std::error_code error;
  fs::create_directory(directory, error);
  const RealClock clock;
  auto result = [&] {
    SimulationDisplay display(progress_style(!talks()), one.label, clock);
    return simulate(
        one, options_.settings, directory,
        [&display](const SimulationProgress& progress) { display.show(progress); }, stop);
  }();
  if (!result) return refuse(result.error());
  const auto history = analysis::History::open(analysis::RunDirectory{directory}.history());
  if (!history) return refuse(history.error());
  const reports::ReportInput input{result->facts, result->assessment, *history};
  const auto report = write_reports(input, directory);
  if (!report) return refuse(report.error());
  print_verdict(input, *report, options_.output);
  comparison_.designs.push_back(
      curve_of(one, *result, input, (folder / report->filename()).string()));
  return exit_code_of(result->facts, result->assessment);
}

ExitCode Comparison::write() const {
  if (comparison_.designs.empty()) return ExitCode::pass;
  const auto written = reports::write_designs(comparison_, directory_);
  if (!written) return refuse(written.error());
  if (talks()) {
    fmt::print("{}\ndesigns: {}\n", reports::designs_table(comparison_), written->front().string());
  }
  return ExitCode::pass;
}

unsigned threads_of(const SimulateOptions& options) {
  return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

ExitCode simulate_main(std::vector<std::string> arguments) {
  keep_freed_memory();  // every round takes what the one before has freed
  SimulateOptions options;
  OptionTable table = simulate_option_table(options);
  const auto files = read_arguments({.name = "fairrush simulate",
                                     .purpose = "Play a scenario's rush in virtual time, many "
                                                "times over, under one design or several.",
                                     .positionals_hint = "SCENARIO…",
                                     .positionals_min = 1,
                                     .positionals_max = kScenariosMax},
                                    table, std::move(arguments));
  if (!files) return files.error();
  options.settings.threads = threads_of(options);
  const auto cases = simulation_cases(options, *files);
  if (!cases) return refuse(cases.error());
  const auto directory = make_run_directory(options.out, cases->front().scenario.name);
  if (!directory) return refuse(directory.error());
  const Interruption interruption;
  return Comparison(options, *cases, *directory).run(interruption.token());
}

}  // namespace fairrush::cli
