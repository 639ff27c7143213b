#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/subcommand.hpp"

namespace fairrush::cli {

/// One line a subcommand: "  fairrush run SCENARIO…   Rush, verify, report".
void print_subcommands(std::string_view program, std::span<const Subcommand> table);

/// Hands the arguments after the first to the subcommand that the first one names; a name that is
/// not in the table is refused with those that are. `arguments` is not empty.
ExitCode dispatch(std::string_view program, std::span<const Subcommand> table,
                  std::vector<std::string> arguments);

}  // namespace fairrush::cli
