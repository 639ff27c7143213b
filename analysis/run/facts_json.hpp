#pragma once

#include <boost/json/fwd.hpp>
#include <expected>
#include <string>

#include "analysis/run/facts.hpp"

namespace fairrush::analysis {

/// The value of "facts" in run.json; `facts_from_json` reads it back unchanged.
boost::json::object facts_to_json(const RunFacts& facts);

/// The error names the key and what was expected there.
std::expected<RunFacts, std::string> facts_from_json(const boost::json::value& value);

}  // namespace fairrush::analysis
