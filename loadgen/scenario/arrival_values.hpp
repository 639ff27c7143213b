#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.hpp"
#include "loadgen/scenario/arrivals.hpp"

namespace fairrush::loadgen {

/// Adds the keys of one phase's arrivals, as `prefix`.shape and so on, such as "arrivals.reserve".
/// `arrivals` must outlive the table.
void add_arrivals(OptionTable& keys, const std::string& prefix, Arrivals& arrivals);

/// [ { shape = "uniform", for = "10s", share = 0.3 }, … ]; format gives what parse reads, every
/// error says what is accepted.
std::expected<std::vector<ArrivalStage>, std::string> parse_stages(std::string_view text);
std::string format_stages(const std::vector<ArrivalStage>& stages);

/// Reads the traces that are to be played, relative to `folder`. `longest` is the phase's window.
/// What is wrong, each with file and line.
std::vector<Problem> read_traces(Arrivals& arrivals, const std::filesystem::path& folder,
                                 Duration longest);

/// What single keys cannot see: stages that do not fit into the window, rates that are all zero, a
/// closed loop of more than `users`, all who are there.
std::vector<Problem> contradictions(const std::string& prefix, const Arrivals& arrivals,
                                    Duration window, std::uint32_t users);

}  // namespace fairrush::loadgen
