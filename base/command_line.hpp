#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/options.hpp"

namespace fairrush {

/// What a command line turned out to be.
struct CommandLine {
  std::vector<std::string> positionals;
  std::optional<std::string> help;  ///< set when --help was given: the text to print
};

/// How a program presents itself in its help.
struct ProgramInfo {
  std::string name;              ///< "fairrush run"
  std::string purpose;           ///< one sentence
  std::string positionals_hint;  ///< "SCENARIO…"; empty where none are taken
  std::size_t positionals_min = 0;
  std::size_t positionals_max = 0;
};

/// An option as somebody gave it.
struct GivenOption {
  std::string name;
  std::string value;
};

/// A command line in its parts, before any value is judged.
struct SplitCommandLine {
  CommandLine line;
  std::vector<GivenOption> given;  ///< in the order of the table
  std::vector<Problem> problems;
};

/// Splits `arguments` (without the program's name) and assigns nothing.
SplitCommandLine split_command_line(const ProgramInfo& program, const OptionTable& table,
                                    std::vector<std::string> arguments);

/// Parses `arguments` (without the program's name) into the table's targets. Collects every problem
/// instead of stopping at the first one.
std::expected<CommandLine, std::vector<Problem>> parse_command_line(
    const ProgramInfo& program, OptionTable& table, std::vector<std::string> arguments);

}  // namespace fairrush
