#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "analysis/run/facts.hpp"

namespace fairrush::analysis {

/// The value of "version" in run.json that this program writes and reads.
inline constexpr std::int64_t kRunVersion = 8;

/// Most users a run can have: checks hold a few arrays by user.
inline constexpr std::uint64_t kRunUsersMax = 1'000'000'000;

/// The value of "facts" in run.json; `facts_from_json` reads it back unchanged.
boost::json::object facts_to_json(const RunFacts& facts);

/// The error names the key and what was expected there.
std::expected<RunFacts, std::string> facts_from_json(const boost::json::value& value);

/// A run.json without figures and verdicts: what is read back of any.
std::string run_json_of_facts(const RunFacts& facts);

/// The facts in the text of a whole run.json. The error also tells a file that is no run from one
/// of another version.
std::expected<RunFacts, std::string> facts_in_run_json(std::string_view text);

}  // namespace fairrush::analysis
