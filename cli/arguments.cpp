#include "cli/arguments.hpp"

#include <fmt/core.h>

#include "cli/output/streams.hpp"

namespace fairrush::cli {

std::expected<std::vector<std::string>, ExitCode> read_arguments(
    const ProgramInfo& program, OptionTable& table, std::vector<std::string> arguments) {
  auto line = parse_command_line(program, table, std::move(arguments));
  if (!line) return std::unexpected(refuse(line.error()));
  if (line->help) {
    fmt::print("{}", *line->help);
    return std::unexpected(ExitCode::pass);
  }
  return std::move(line->positionals);
}

ExitCode refuse(std::string_view message) {
  tell(fmt::format("fairrush: {}\n", message));
  return ExitCode::usage;
}

ExitCode refuse(std::span<const Problem> problems) {
  tell(format_problems(problems));
  return ExitCode::usage;
}

}  // namespace fairrush::cli
