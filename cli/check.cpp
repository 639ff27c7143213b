#include "analysis/assessment.hpp"
#include "cli/arguments.hpp"
#include "cli/subcommand.hpp"
#include "cli/verdict_output.hpp"

namespace fairrush::cli {

ExitCode check_main(std::vector<std::string> arguments) {
  OutputOptions options;
  OptionTable table;
  table.add_flag({"quiet", "", "The exit code alone"}, options.quiet);
  table.add_flag({"json", "", "One JSON line instead of the summary"}, options.json);
  const auto positionals = read_arguments(
      {.name = "fairrush check",
       .purpose = "Verify a run again from its directory: history, ledger and draw. Offline.",
       .positionals_hint = "RUN",
       .positionals_min = 1,
       .positionals_max = 1},
      table, std::move(arguments));
  if (!positionals) return positionals.error();
  const auto evidence = analysis::load_run({positionals->front()});
  if (!evidence) return refuse(evidence.error());
  const analysis::Assessment assessment = analysis::assess(*evidence);
  print_verdict(*evidence, assessment, {}, options);
  return exit_code_of(evidence->facts, assessment);
}

}  // namespace fairrush::cli
