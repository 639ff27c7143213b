#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/command_line.hpp"
#include "cli/subcommand.hpp"

namespace fairrush::cli {

/// Parses a subcommand's arguments into `table` and gives the positionals. What needs no further
/// work ends here with its exit code: help has been printed, or every problem has.
std::expected<std::vector<std::string>, ExitCode> read_arguments(
    const ProgramInfo& program, OptionTable& table, std::vector<std::string> arguments);

/// Prints what is wrong to standard error, one line a problem; gives the exit code of a
/// configuration that cannot be used.
ExitCode refuse(std::string_view message);
ExitCode refuse(std::span<const Problem> problems);

}  // namespace fairrush::cli
