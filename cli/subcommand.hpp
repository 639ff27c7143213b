#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush::cli {

/// What the command's exit codes mean, for all subcommands.
enum class ExitCode : int {
  pass = 0,
  check_failed = 1,
  usage = 2,  ///< or configuration, or what cannot be read or written
  not_known = 3,
  interrupted = 4,
  target_unreachable = 5,
};

/// One subcommand; `arguments` are those after its name.
struct Subcommand {
  std::string_view name;
  std::string_view usage;    ///< "run SCENARIO… [OPTIONS]"
  std::string_view purpose;  ///< one sentence
  ExitCode (*main)(std::vector<std::string> arguments);
};

ExitCode run_main(std::vector<std::string> arguments);
ExitCode check_main(std::vector<std::string> arguments);
ExitCode merge_main(std::vector<std::string> arguments);
ExitCode report_main(std::vector<std::string> arguments);
ExitCode simulate_main(std::vector<std::string> arguments);
ExitCode selftest_main(std::vector<std::string> arguments);
ExitCode draw_main(std::vector<std::string> arguments);

}  // namespace fairrush::cli
