#pragma once

#include <boost/json.hpp>
#include <vector>

#include "analysis/figures/plan_fit.hpp"
#include "analysis/figures/tallies.hpp"
#include "analysis/run/facts.hpp"

namespace fairrush::reports {

/// How close the clicks of each phase came to the plan, with the bars.
boost::json::array plan_fits_json(const std::vector<analysis::PlanFit>& fits);

/// Every figure of the instrument that has a bar, and whether it was held; none in virtual time.
boost::json::array bars_json(const analysis::RunFacts& facts);

/// What the users of each persona and cohort tried, and what they got.
boost::json::object tallies_json(const analysis::ClaimTallies& tallies,
                                 const analysis::RunFacts& facts);

}  // namespace fairrush::reports
