#pragma once

#include "reports/reports.hpp"
#include "reports/text/markup.hpp"

namespace fairrush::reports {

/// The question, the warnings, the verdict and the key figures.
void add_opening(Markup& page, const ReportInput& input);
/// Every rule with its verdict and evidence, what did not hold first.
void add_correctness(Markup& page, const ReportInput& input);
/// What a run must have seen.
void add_sightings(Markup& page, const ReportInput& input);
/// Who won, by cohort and by arrival, and what that shows.
void add_fairness(Markup& page, const ReportInput& input);
void add_latency(Markup& page, const ReportInput& input);
/// Arrivals, claims in flight, outcomes.
void add_load(Markup& page, const ReportInput& input);
/// What each persona and cohort tried, and what it got.
void add_behaviour(Markup& page, const ReportInput& input);
/// How good the instrument was.
void add_instrument(Markup& page, const ReportInput& input);
/// The scenario as resolved.
void add_scenario(Markup& page, const ReportInput& input);
void add_environment(Markup& page, const ReportInput& input);

}  // namespace fairrush::reports
