#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reports/reports.hpp"
#include "reports/svg/chart.hpp"

namespace fairrush::reports {

/// One picture of a run: the figures it is drawn from, a gnuplot script over them, and a drawing of
/// our own. Owns all it needs.
struct Plot {
  std::string name;  ///< of its files, without extension: "latency"
  Caption caption;
  std::string csv;      ///< NAME.csv, with a header line; units in the column names
  std::string gnuplot;  ///< NAME.gp, run beside NAME.csv, gives NAME-gnuplot.svg
  std::function<Markup(Placement)> draw;
};

/// Claim latency by percentile, from the click and on the wire.
Plot latency_plot(const ReportInput& input);
/// Claims sent and won per second over the rush.
Plot arrivals_plot(const ReportInput& input);
/// Claims in flight over the rush, with the wins below.
Plot in_flight_plot(const ReportInput& input);
/// Win rate of each cohort against the band of fair draws.
Plot cohorts_plot(const ReportInput& input);
/// Win rate of each tenth of the claims, first to last, against the band of fair draws.
Plot deciles_plot(const ReportInput& input);

/// Win rate of each tenth of the tickets, in the order of reservation.
Plot tickets_plot(const ReportInput& input);
/// Win rate by the time since the opening, in spans into which as many claims fall each.
Plot spans_plot(const ReportInput& input);
/// Win rate of each cohort in the course of the rounds.
Plot rounds_plot(const ReportInput& input);
/// How far each group is from the win rate of all, with its interval within the margin.
Plot equivalence_plot(const ReportInput& input);
/// Users by their wins over the rounds, beside what fair draws give.
Plot wins_per_user_plot(const ReportInput& input);

/// All of them, in the order above.
std::vector<Plot> make_plots(const ReportInput& input);

}  // namespace fairrush::reports
