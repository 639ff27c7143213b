#pragma once

#include <expected>
#include <filesystem>
#include <vector>

#include "base/options.hpp"
#include "loadgen/scenario/arrivals.hpp"

namespace fairrush::loadgen {

inline constexpr std::size_t kTimesMax = 10'000'000;

/// Reads the times that `file` names, from `folder` when its path is relative, and returns it with
/// its path made absolute. Without a column a line holds one time, empty lines and what follows a
/// '#' aside; with one, the file is CSV with a header. A time is a duration ("1.5s", "200ms") or a
/// bare number of seconds, at least 0 and at most `longest`; order does not matter. At most
/// kTimesMax of them. Every line that is wrong is a problem with file and line, the first twenty in
/// full.
std::expected<TimeFile, std::vector<Problem>> read_times(const TimeFile& file,
                                                         const std::filesystem::path& folder,
                                                         Duration longest);

}  // namespace fairrush::loadgen
