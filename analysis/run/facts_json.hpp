#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <expected>
#include <string>

#include "analysis/run/facts.hpp"

namespace fairrush::analysis {

/// The value of "version" in run.json that this program writes and reads.
inline constexpr std::int64_t kRunVersion = 2;

/// Most users a run can have: checks hold a few arrays by user.
inline constexpr std::uint64_t kRunUsersMax = 1'000'000'000;

/// The value of "facts" in run.json; `facts_from_json` reads it back unchanged.
boost::json::object facts_to_json(const RunFacts& facts);

/// The error names the key and what was expected there.
std::expected<RunFacts, std::string> facts_from_json(const boost::json::value& value);

}  // namespace fairrush::analysis
