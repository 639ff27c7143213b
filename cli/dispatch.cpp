#include "cli/dispatch.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/arguments.hpp"

namespace fairrush::cli {

void print_subcommands(std::string_view program, std::span<const Subcommand> table) {
  std::size_t widest = 0;
  for (const Subcommand& subcommand : table) widest = std::max(widest, subcommand.usage.size());
  for (const Subcommand& subcommand : table) {
    fmt::print("  {} {:<{}}  {}\n", program, subcommand.usage, widest, subcommand.purpose);
  }
}

ExitCode dispatch(std::string_view program, std::span<const Subcommand> table,
                  std::vector<std::string> arguments) {
  const auto subcommand =
      std::ranges::find(table, std::string_view(arguments.front()), &Subcommand::name);
  if (subcommand == table.end()) {
    std::vector<std::string_view> names;
    for (const Subcommand& known : table) names.push_back(known.name);
    return refuse(fmt::format("'{}' is no command of {}: expected one of {}", arguments.front(),
                              program, fmt::join(names, ", ")));
  }
  arguments.erase(arguments.begin());
  return subcommand->main(std::move(arguments));
}

}  // namespace fairrush::cli
