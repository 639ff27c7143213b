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

/// Parses `arguments` (without the program's name) into the table's targets. Collects every problem
/// instead of stopping at the first one.
std::expected<CommandLine, std::vector<Problem>> parse_command_line(
    const ProgramInfo& program, OptionTable& table, std::vector<std::string> arguments);

}  // namespace fairrush
