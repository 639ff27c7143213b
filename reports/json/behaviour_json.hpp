#pragma once

#include <boost/json.hpp>
#include <optional>
#include <vector>

#include "analysis/figures/burst_spread.hpp"
#include "analysis/figures/plan_fit.hpp"
#include "analysis/figures/tallies.hpp"
#include "analysis/run/facts.hpp"
#include "reports/reports.hpp"

namespace fairrush::reports {

/// How close the clicks of each phase came to the plan, with the bars.
boost::json::array plan_fits_json(const std::vector<analysis::PlanFit>& fits);

/// Every figure of the instrument that has a bar, and whether it was held; none in virtual time.
boost::json::array bars_json(const ReportInput& input);

/// What became of the burst of claims on its way; null where nobody knows.
boost::json::value burst_json(const std::optional<analysis::BurstSpread>& burst);

/// What the users of each persona and cohort tried, and what they got.
boost::json::object tallies_json(const analysis::ClaimTallies& tallies,
                                 const analysis::RunFacts& facts);

}  // namespace fairrush::reports
