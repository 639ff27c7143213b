#pragma once

#include <boost/json.hpp>

#include "analysis/fairness/fairness_figures.hpp"

namespace fairrush::reports {

/// A number, or null, for JSON has no word for what is not finite.
boost::json::value finite(double value);

/// Everything statistics say. Shares are of one; names that end in _pp are percentage points.
boost::json::object fairness_json(const analysis::FairnessFigures& fairness);

}  // namespace fairrush::reports
