#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.hpp"

namespace fairrush::server {

/// A value that somebody gave to an option, and where.
struct Assignment {
  std::string option;
  std::string value;
  std::string source;  ///< "/etc/fairrush.toml:3:1", "FAIRRUSH_LISTEN" or "--listen"
};

/// What one place says, and what is wrong with it.
struct Layer {
  std::vector<Assignment> assignments;
  std::vector<Problem> problems;
  std::vector<std::string> ignored;  ///< names that look like ours and are not
};

/// "idle-timeout" → "FAIRRUSH_IDLE_TIMEOUT".
std::string variable_of(std::string_view option);

/// Reads `environment`, entries of the form NAME=VALUE. A secret may also be in a file that
/// FAIRRUSH_…_FILE names, as container platforms hand them out. Names that begin with FAIRRUSH_
/// and are like no option's are ignored, because others use them too (a Kubernetes service named
/// "fairrush" sets FAIRRUSH_PORT); those that are nearly an option's are problems.
Layer read_environment(const OptionTable& table, const std::vector<std::string>& environment);

/// Reads a TOML file: a flat table of options by name. Files that it names are looked for beside
/// it.
Layer read_file(const OptionTable& table, const std::filesystem::path& path);

}  // namespace fairrush::server
