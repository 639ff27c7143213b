#include "base/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <utility>

namespace fairrush {
namespace {

std::string describe(const OptionTable::Row& row) {
  std::string text = row.info.help;
  if (!row.flag && !row.accepted.empty()) text += fmt::format(" ({})", row.accepted);
  if (!row.flag && !row.default_text.empty()) text += fmt::format(" [{}]", row.default_text);
  return text;
}

/// Splits a command line with CLI11, which also lays out the help. Values stay text until the table
/// has judged them, so that all problems come to light at once.
class Splitter {
 public:
  Splitter(const ProgramInfo& program, const OptionTable& table);

  /// The help text when it was asked for.
  std::optional<std::string> split(std::vector<std::string> arguments);

  std::vector<GivenOption> take_options();
  std::vector<std::string> take_positionals(const OptionTable& table);
  std::vector<Problem> take_problems() { return std::move(problems_); }

 private:
  struct Given {
    const OptionTable::Row& row;
    std::vector<std::string> values;
    bool flag = false;
  };

  const ProgramInfo& program_;
  CLI::App app_;
  std::deque<Given> given_;
  std::vector<Problem> problems_;
};

Splitter::Splitter(const ProgramInfo& program, const OptionTable& table)
    : program_(program), app_(program.purpose, program.name) {
  app_.allow_extras();
  app_.set_help_flag("-h,--help", "Print this text and exit");
  if (!program.positionals_hint.empty()) {
    app_.footer(fmt::format("\nUsage: {} {} [OPTIONS]", program.name, program.positionals_hint));
  }
  for (const OptionTable::Row& row : table.rows()) {
    Given& given = given_.emplace_back(row, std::vector<std::string>());
    const std::string spelled = "--" + row.info.name;
    if (row.flag) {
      app_.add_flag(spelled, given.flag, describe(row));
      continue;
    }
    app_.add_option(spelled, given.values, describe(row))
        ->type_name(row.info.hint)
        ->expected(1)
        ->allow_extra_args(false)  // else a positional behind it is taken for a value
        ->take_all();
  }
}

std::optional<std::string> Splitter::split(std::vector<std::string> arguments) {
  try {
    std::ranges::reverse(arguments);  // CLI11 consumes from the back
    app_.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return app_.help();
  } catch (const CLI::ParseError& error) {
    problems_.push_back({program_.name, error.what()});
  }
  return std::nullopt;
}

std::vector<GivenOption> Splitter::take_options() {
  std::vector<GivenOption> options;
  for (Given& given : given_) {
    const std::string spelled = "--" + given.row.info.name;
    if (given.flag) given.values.emplace_back("true");
    if (given.values.size() > 1 && !given.row.repeatable) {
      problems_.push_back({spelled, "given more than once"});
      continue;
    }
    for (const std::string& value : given.values) options.push_back({given.row.info.name, value});
  }
  return options;
}

std::vector<std::string> Splitter::take_positionals(const OptionTable& table) {
  std::vector<std::string> positionals;
  for (const std::string& extra : app_.remaining()) {
    if (!extra.starts_with("--")) {
      positionals.push_back(extra);
      continue;
    }
    const std::string name = extra.substr(2, extra.find('=') - 2);
    problems_.push_back({extra, table.unknown(name)});
  }
  if (positionals.size() < program_.positionals_min) {
    problems_.push_back({program_.name, fmt::format("missing {}", program_.positionals_hint)});
  }
  if (positionals.size() > program_.positionals_max) {
    problems_.push_back({fmt::format("'{}'", positionals[program_.positionals_max]),
                         program_.positionals_hint.empty()
                             ? std::string("takes no such argument")
                             : fmt::format("takes {} only", program_.positionals_hint)});
  }
  return positionals;
}

}  // namespace

SplitCommandLine split_command_line(const ProgramInfo& program, const OptionTable& table,
                                    std::vector<std::string> arguments) {
  Splitter splitter(program, table);
  SplitCommandLine result;
  result.line.help = splitter.split(std::move(arguments));
  if (result.line.help) return result;
  result.given = splitter.take_options();
  result.line.positionals = splitter.take_positionals(table);
  result.problems = splitter.take_problems();
  return result;
}

std::expected<CommandLine, std::vector<Problem>> parse_command_line(
    const ProgramInfo& program, OptionTable& table, std::vector<std::string> arguments) {
  SplitCommandLine split = split_command_line(program, table, std::move(arguments));
  std::vector<Problem> problems;
  for (const GivenOption& given : split.given) {
    const auto assigned = table.assign(given.name, given.value);
    if (!assigned) problems.push_back({"--" + given.name, assigned.error()});
  }
  problems.insert(problems.end(), split.problems.begin(), split.problems.end());
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return std::move(split.line);
}

}  // namespace fairrush
