#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>

#include "base/version.hpp"
#include "cli/subcommand.hpp"

namespace fairrush::cli {
namespace {

constexpr std::array<Subcommand, 3> kSubcommands{{
    {"run", "run SCENARIO…", "Rush, verify, report", &run_main},
    {"check", "check RUN", "Verify a run again, offline", &check_main},
    {"report", "report RUN", "Render a run again", &report_main},
}};

void print_help() {
  fmt::print(
      "fairrush: does a coupon rush hold, hand out exactly what it has, and give every user the "
      "same "
      "chance?\n\n");
  for (const Subcommand& subcommand : kSubcommands) {
    fmt::print("  fairrush {:<16}{}\n", subcommand.usage, subcommand.purpose);
  }
  fmt::print(
      "\n  fairrush COMMAND --help   its options        fairrush --version   what this is\n\n"
      "Exit codes: 0 pass, 1 a check failed, 2 usage or configuration, 3 not known, 4 "
      "interrupted,\n"
      "5 target unreachable.\n");
}

ExitCode dispatch(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h" ||
      arguments.front() == "help") {
    print_help();
    return arguments.empty() ? ExitCode::usage : ExitCode::pass;
  }
  if (arguments.front() == "--version") {
    fmt::print("fairrush {}, {} build\n", version_text(), version().build_type);
    return ExitCode::pass;
  }
  const auto subcommand =
      std::ranges::find(kSubcommands, std::string_view(arguments.front()), &Subcommand::name);
  if (subcommand == kSubcommands.end()) {
    fmt::print(stderr, "fairrush: '{}' is no command: expected run, check or report\n",
               arguments.front());
    return ExitCode::usage;
  }
  arguments.erase(arguments.begin());
  return subcommand->main(std::move(arguments));
}

}  // namespace
}  // namespace fairrush::cli

int main(int argc, char** argv) {
  using fairrush::cli::ExitCode;
  try {
    return static_cast<int>(fairrush::cli::dispatch({argv + 1, argv + argc}));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "fairrush: %s\n", failure.what());
    return static_cast<int>(ExitCode::not_known);
  }
}
