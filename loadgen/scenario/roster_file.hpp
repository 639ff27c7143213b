#pragma once

#include <expected>
#include <string>
#include <vector>

#include "analysis/run/facts.hpp"
#include "base/options.hpp"
#include "loadgen/dialect/user_names.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// Reads the list of those who are entitled, UTF-8 of at most 512 MiB. Without a column a line is
/// one name, empty lines aside; with one, the file is CSV after RFC 4180 with a header. Names are
/// compared byte by byte to those that `users` gives the population. Every line that is wrong is a
/// problem with file and line, the first twenty in full: no name, one that stands twice, a control
/// character. A list that names nobody, or no user at all, is refused. O(names · log users).
std::expected<RosterList, std::vector<Problem>> read_roster(const RosterOrder& order,
                                                            UserNaming users);

/// What is taken for granted about the names that are no user's; empty when there are none.
std::string describe_absent(const RosterList& roster);

}  // namespace fairrush::loadgen
