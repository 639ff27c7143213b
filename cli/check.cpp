#include <fmt/core.h>

#include "analysis/assessment.hpp"
#include "base/command_line.hpp"
#include "cli/subcommand.hpp"
#include "cli/verdict_output.hpp"

namespace fairrush::cli {

ExitCode check_main(std::vector<std::string> arguments) {
  OutputOptions options;
  OptionTable table;
  table.add_flag({"quiet", "", "The exit code alone"}, options.quiet);
  table.add_flag({"json", "", "One JSON line instead of the summary"}, options.json);
  const auto line = parse_command_line(
      {.name = "fairrush check",
       .purpose = "Verify a run again from its directory: history, ledger and draw. Offline.",
       .positionals_hint = "RUN",
       .positionals_min = 1,
       .positionals_max = 1},
      table, std::move(arguments));
  if (!line) {
    fmt::print(stderr, "{}", format_problems(line.error()));
    return ExitCode::usage;
  }
  if (line->help) {
    fmt::print("{}", *line->help);
    return ExitCode::pass;
  }
  const auto evidence = analysis::load_run({line->positionals.front()});
  if (!evidence) {
    fmt::print(stderr, "fairrush: {}\n", evidence.error());
    return ExitCode::usage;
  }
  const analysis::Assessment assessment = analysis::assess(*evidence);
  print_verdict(*evidence, assessment, {}, options);
  return exit_code_of(evidence->facts, assessment);
}

}  // namespace fairrush::cli
