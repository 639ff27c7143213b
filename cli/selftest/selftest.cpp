#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/version.hpp"
#include "cli/arguments.hpp"
#include "cli/interruption.hpp"
#include "cli/output/streams.hpp"
#include "cli/selftest/store.hpp"
#include "cli/selftest/tables.hpp"
#include "cli/subcommand.hpp"
#include "loadgen/selftest/plays.hpp"

namespace fairrush::cli {
namespace {

using loadgen::Accuracy;
using loadgen::CaseAccuracy;

struct SelfTestOptions {
  bool quick = false;
  bool json = false;
};

std::string now_text() {
  const auto now = std::chrono::floor<std::chrono::seconds>(RealClock().wall_now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", now);
}

/// Plays all loads, telling of each as it ends; those that were not begun when a stop came are left
/// out.
std::vector<CaseAccuracy> play_all(const SelfTestOptions& options, const std::stop_token& stop) {
  const auto thoroughness =
      options.quick ? loadgen::Thoroughness::quick : loadgen::Thoroughness::full;
  std::vector<CaseAccuracy> cases;
  for (const loadgen::Play& play : loadgen::plays_for(thoroughness)) {
    if (stop.stop_requested()) break;
    cases.push_back(loadgen::accuracy_of(loadgen::observe(play)));
    if (options.json) continue;
    fmt::print("{}", selftest_row(cases.back()));
    std::fflush(stdout);
  }
  return cases;
}

void keep(const Accuracy& accuracy) {
  std::vector<analysis::SelfTestFacts> results;
  const std::string measured_at = now_text();
  for (const loadgen::WiringAccuracy& wiring : accuracy.wirings) {
    results.push_back({.measured_at = measured_at,
                       .wiring = {.transport = wiring.transport, .pacing = wiring.pacing},
                       .error_p50_ns = wiring.error_p50_ns,
                       .error_p99_ns = wiring.error_p99_ns,
                       .click_error_p99_ns = wiring.click_error_p99_ns,
                       .passed = wiring.passed});
  }
  const auto kept = store_selftests(std::move(results));
  if (!kept) tell(fmt::format("fairrush: reports will not quote this: {}\n", kept.error()));
}

void print_introduction() {
  const SelfTestKey key = selftest_key();
  fmt::print("fairrush {}, {} build, on {}\n", key.version, key.build_type, key.machine);
  if (!is_release_build()) {
    fmt::print("This is no release build: its errors are larger than those of one.\n");
  }
  if (const auto why = loadgen::io_uring_missing()) fmt::print("Without io_uring: {}\n", *why);
  fmt::print("\n{}", selftest_heading());
}

}  // namespace

ExitCode selftest_main(std::vector<std::string> arguments) {
  SelfTestOptions options;
  OptionTable table;
  table.add_flag({"quick", "", "Three targets instead of six: below 10 s instead of a minute"},
                 options.quick);
  table.add_flag({"json", "", "One JSON line instead of the table"}, options.json);
  const auto positionals = read_arguments(
      {.name = "fairrush selftest",
       .purpose = "Load a target whose answer times are known, and say how far off the reported "
                  "ones are on this machine.",
       .positionals_hint = "",
       .positionals_min = 0,
       .positionals_max = 0},
      table, std::move(arguments));
  if (!positionals) return positionals.error();
  const Interruption interruption;
  if (!options.json) print_introduction();
  const Accuracy accuracy = loadgen::accuracy_of_all(play_all(options, interruption.token()));
  if (interruption.token().stop_requested()) return ExitCode::interrupted;
  keep(accuracy);
  if (options.json) {
    fmt::print("{}", selftest_json(accuracy));
  } else {
    fmt::print("\n{}\n", loadgen::trust_text(accuracy));
  }
  return accuracy.passed ? ExitCode::pass : ExitCode::not_known;
}

}  // namespace fairrush::cli
