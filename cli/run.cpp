#include <fmt/core.h>

#include <filesystem>
#include <string_view>

#include "base/clock.hpp"
#include "cli/arguments.hpp"
#include "cli/conclusion.hpp"
#include "cli/interruption.hpp"
#include "cli/live/view.hpp"
#include "cli/mpi/session.hpp"
#include "cli/output/streams.hpp"
#include "cli/progress.hpp"
#include "cli/run_files.hpp"
#include "cli/scenario_files.hpp"
#include "cli/selftest/store.hpp"
#include "cli/shards/play.hpp"
#include "cli/side_by_side.hpp"
#include "cli/subcommand.hpp"
#include "cli/verdict_output.hpp"
#include "loadgen/dry_run.hpp"
#include "loadgen/run.hpp"

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
  std::optional<std::string> shard;
  std::optional<std::string> start_at;
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
  table.add({"shard", "I/N",
             "Play the users of shard I of N alone, 1/N to N/N; each begins at --start-at"},
            options.shard);
  table.add({"start-at", "TIME",
             "When all shards begin, by the target's clock: 2026-11-21T23:00:00Z or Unix seconds"},
            options.start_at);
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

/// What the command line says of shards; the start and the shard come together or not at all.
std::expected<std::optional<loadgen::ShardSeat>, std::vector<Problem>> seat_of(
    const RunOptions& options, std::size_t scenarios, const MpiSession* session) {
  if (!options.shard && !options.start_at) return std::nullopt;
  std::vector<Problem> problems;
  if (session != nullptr) problems.push_back({"--shard", "expected none: mpirun deals the shards"});
  if (!options.shard) problems.push_back({"--start-at", "expected --shard i/n with it"});
  if (!options.start_at) problems.push_back({"--shard", "expected --start-at TIME with it"});
  if (scenarios > 1) problems.push_back({"--shard", "expected one scenario: it has one start"});
  loadgen::ShardSeat seat;
  if (options.shard) {
    const auto shard = loadgen::parse_shard(*options.shard);
    if (!shard) problems.push_back({"--shard", shard.error()});
    seat.shard = shard.value_or(loadgen::Shard{});
  }
  if (options.start_at) {
    const auto start = loadgen::parse_start(*options.start_at);
    if (!start) problems.push_back({"--start-at", start.error()});
    seat.start_at = start.value_or(WallTime{});
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return seat;
}

/// Everything that runs of several scenarios have in common.
struct Runs {
  const RunOptions& options;
  const std::optional<loadgen::ShardSeat>& seat;
  MpiSession* session;
  std::stop_token stop;
  LiveView& view;
  std::vector<analysis::SelfTestFacts> selftests;  ///< of this program on this machine
  std::vector<FinishedRun> finished = {};
};

/// What is known of the instrument's own error. What cannot be understood is as if nobody had
/// measured it, and is told of.
std::vector<analysis::SelfTestFacts> selftests_to_quote(const OutputOptions& output) {
  auto known = known_selftests();
  if (known) return std::move(*known);
  if (!output.quiet) {
    tell(fmt::format("no self-test is quoted: {}; fairrush selftest makes another\n",
                     known.error()));
  }
  return {};
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

ExitCode dry_run_one(const loadgen::Scenario& scenario, const RunOptions& options,
                     const std::stop_token& stop) {
  const auto understood = loadgen::dry_run(
      scenario, {.directory = {}, .server_binary = server_binary(options), .seat = {}},
      [&options](const std::string& text) {
        if (!options.output.quiet) fmt::print("{}", text);
      },
      stop);
  if (!understood) return failure_exit(understood.error());
  return *understood ? ExitCode::pass : ExitCode::not_known;
}

ExitCode run_one(const loadgen::Scenario& scenario, const fs::path& directory, Runs& runs) {
  const RealClock clock;
  runs.view.open(scenario);
  const auto execute = [&](const fs::path& into, std::optional<loadgen::ShardSeat> seat,
                           bool quiet) {
    if (!quiet) tell(fmt::format("\n{}: {}\n", scenario.name, scenario.question));
    ProgressDisplay display(progress_style(quiet), clock);
    LiveObserver observer(display, runs.view);
    return loadgen::execute_run(scenario,
                                {.directory = into,
                                 .server_binary = server_binary(runs.options),
                                 .seat = std::move(seat),
                                 .selftests = runs.selftests},
                                observer, runs.stop);
  };
  const OutputOptions output = runs.options.output;
  if (runs.session != nullptr) {
    return play_in_group(execute, *runs.session, directory, output, runs.finished, runs.view);
  }
  if (runs.seat) return play_alone(execute, *runs.seat, directory, output);
  auto facts = execute(directory, {}, output.quiet || output.json);
  if (facts) {
    return conclude_run(directory, std::move(*facts), output, runs.finished, runs.view);
  }
  // A run that never began leaves nothing, so that the same --out can be used again.
  if (facts.error().kind != loadgen::RunFailure::Kind::storage) fs::remove_all(directory);
  const ExitCode exit_code = failure_exit(facts.error());
  runs.view.give_up(facts.error().message, exit_code);
  return exit_code;
}

/// Where a run goes: of several ranks the first one alone has a directory.
std::expected<fs::path, std::string> directory_of(const loadgen::Scenario& scenario,
                                                  std::size_t scenarios, const Runs& runs) {
  if (runs.session != nullptr && runs.session->shard().index > 0) return fs::path();
  std::optional<fs::path> out = runs.options.out;
  if (out && scenarios > 1) *out /= scenario.name;
  const std::string name = runs.seat
                               ? fmt::format("{}-shard-{}-of-{}", scenario.name,
                                             runs.seat->shard.index + 1, runs.seat->shard.count)
                               : scenario.name;
  return make_run_directory(out, name);
}

ExitCode run_all(const std::vector<loadgen::Scenario>& scenarios, Runs& runs) {
  ExitCode worst = ExitCode::pass;
  for (const loadgen::Scenario& scenario : scenarios) {
    if (runs.options.dry_run) {
      worst = worse_of(worst, dry_run_one(scenario, runs.options, runs.stop));
      continue;
    }
    if (runs.stop.stop_requested()) return worse_of(worst, ExitCode::interrupted);
    const auto directory = directory_of(scenario, scenarios.size(), runs);
    if (!directory) {
      if (runs.session != nullptr) runs.session->leave(directory.error());
      return refuse(directory.error());
    }
    worst = worse_of(worst, run_one(scenario, *directory, runs));
  }
  const bool talks = !runs.options.output.quiet && !runs.options.output.json;
  if (talks && runs.finished.size() > 1) fmt::print("{}", side_by_side(runs.finished));
  return worst;
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
  const auto session = MpiSession::join(interruption.token());
  if (!session) return refuse(session.error());
  const auto seat = seat_of(options, scenarios->size(), session->get());
  if (!seat) return refuse(seat.error());
  auto view = start_view(options);
  if (!view) return refuse({&view.error(), 1});
  Runs runs{.options = options,
            .seat = *seat,
            .session = session->get(),
            .stop = interruption.token(),
            .view = *view,
            .selftests = selftests_to_quote(options.output)};
  return run_all(*scenarios, runs);
}

}  // namespace fairrush::cli
