#pragma once

#include <string>
#include <vector>

#include "cli/subcommand.hpp"

namespace fairrush::cli {

ExitCode draw_commit_main(std::vector<std::string> arguments);
ExitCode draw_run_main(std::vector<std::string> arguments);
ExitCode draw_prove_main(std::vector<std::string> arguments);
ExitCode draw_verify_main(std::vector<std::string> arguments);
ExitCode draw_rfc3797_main(std::vector<std::string> arguments);

}  // namespace fairrush::cli
