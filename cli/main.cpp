#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "base/version.hpp"
#include "cli/dispatch.hpp"
#include "cli/output/streams.hpp"
#include "cli/subcommand.hpp"
#include "cli/verdict_output.hpp"

namespace fairrush::cli {
namespace {

constexpr auto kSubcommands = std::to_array<Subcommand>({
    {"run", "run SCENARIO…", "Rush, verify, report", &run_main},
    {"check", "check RUN", "Verify a run again, offline", &check_main},
    {"merge", "merge RUN…", "Shards of one run, from one or many machines, into one run",
     &merge_main},
    {"report", "report RUN", "Render a run again", &report_main},
    {"simulate", "simulate SCENARIO…", "The same rush in virtual time: long-run fairness, designs",
     &simulate_main},
    {"selftest", "selftest", "The instrument's own error on this machine", &selftest_main},
    {"draw", "draw commit|run|prove|verify|rfc3797", "The verifiable draw, offline", &draw_main},
});

void print_help() {
  fmt::print(
      "fairrush: does a coupon rush hold, hand out exactly what it has, and give every user the "
      "same "
      "chance?\n\n");
  print_subcommands("fairrush", kSubcommands);
  fmt::print(
      "\n  fairrush COMMAND --help   its options        fairrush --version   what this is\n\n"
      "Exit codes: 0 pass, 1 a check failed, 2 usage, configuration or a file that cannot be "
      "used,\n3 not known, 4 interrupted, 5 target unreachable.\n");
}

ExitCode command(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h" ||
      arguments.front() == "help") {
    print_help();
    return arguments.empty() ? ExitCode::usage : ExitCode::pass;
  }
  if (arguments.front() == "--version") {
    fmt::print("fairrush {}, {} build\n", version_text(), version().build_type);
    return ExitCode::pass;
  }
  return dispatch("fairrush", kSubcommands, std::move(arguments));
}

ExitCode guarded_command(std::vector<std::string> arguments) {
  try {
    return command(std::move(arguments));
  } catch (const std::exception& failure) {
    if (std::ferror(stdout) != 0) return ExitCode::usage;  // said once, by whoever flushes it
    tell(fmt::format("fairrush: {}\n", failure.what()));
    return ExitCode::not_known;
  }
}

}  // namespace
}  // namespace fairrush::cli

int main(int argc, char** argv) {
  using namespace fairrush::cli;
  prepare_streams();
  const ExitCode code = guarded_command({argv + 1, argv + argc});
  return static_cast<int>(worse_of(code, flush_output()));
}
