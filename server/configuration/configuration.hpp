#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/command_line.hpp"

namespace fairrush::server {

/// Which place gave an option the value in force; an option that is not there has its default.
using Sources = std::map<std::string, std::string, std::less<>>;

/// What a program was told.
struct Configuration {
  std::optional<std::string> help;  ///< set when --help was given: the text to print
  Sources sources = {};
  std::vector<std::string> ignored = {};  ///< variables that look like ours and are not
};

/// Where options may be set besides a file.
struct Surroundings {
  std::vector<std::string> arguments;    ///< of the command line, without the program's name
  std::vector<std::string> environment;  ///< NAME=VALUE
};

/// This process's environment.
std::vector<std::string> environment_of_process();

/// The option that names the file.
inline constexpr std::string_view kConfigOption = "config";

/// Fills the table's targets: from the file that the option "config" names, then from the
/// environment, then from the command line; what comes later wins. Every problem of all three is
/// collected, also of values that another would have replaced. Where there is none, `check` says
/// what options contradict each other.
std::expected<Configuration, std::vector<Problem>> configure(
    const ProgramInfo& program, OptionTable& table, const Surroundings& given,
    const std::function<std::vector<Problem>()>& check);

}  // namespace fairrush::server
