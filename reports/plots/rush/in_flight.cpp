#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "reports/plots/gnuplot.hpp"
#include "reports/plots/plot.hpp"
#include "reports/plots/rush/rush_time.hpp"
#include "reports/plots/rush/time_axis.hpp"
#include "reports/text/figures.hpp"

namespace fairrush::reports {
namespace {

constexpr double kWinsPanelHeight = 84;
constexpr int kWinsTicksMax = 2;
/// Claims are counted in whole numbers: five steps of one at least.
constexpr double kInFlightExtentMin = 5;

std::string csv_of(const RushTime& time) {
  std::string csv = "since_rush_opened_s,in_flight_max,wins_per_s,in_flight_max_of_rounds\n";
  for (const RushBin& bin : time.bins) {
    csv += fmt::format("{:.4f},{:.0f},{:.3f},{:.0f}\n", bin.start_s, bin.in_flight_max,
                       bin.wins_per_s, bin.in_flight_any);
  }
  return csv;
}

double highest_of(const RushTime& time, double RushBin::* value) {
  double highest = 0;
  for (const RushBin& bin : time.bins) highest = std::max(highest, bin.*value);
  return highest;
}

Markup draw(const Caption& caption, const RushTime& time, Placement placement) {
  std::vector<LegendEntry> legend;
  if (time.rounds > 1) {
    legend = {{"this round", "line claims", Swatch::line},
              {fmt::format("most in any of {}", counted(time.rounds, "round")), "line beside",
               Swatch::line}};
  }
  Chart chart(placement, caption, 370, legend);
  if (time.bins.empty()) {
    chart.nothing("No claim was sent.");
    return chart.take();
  }
  const Frame area = chart.area();
  const Frame lower{area.left + 52, area.bottom - 44 - kWinsPanelHeight, area.right - 12,
                    area.bottom - 44};
  const Frame upper{lower.left, area.top + 28, lower.right, lower.top - 40};
  const Scale x = Scale::linear(time.extent(), {lower.left, lower.right});

  const Extent in_flight =
      extent_from_zero(std::max(kInFlightExtentMin, highest_of(time, &RushBin::in_flight_any)));
  const Scale y_upper = Scale::linear(in_flight, {upper.bottom, upper.top});
  chart.y_axis(upper, y_upper, linear_ticks(in_flight, 5), "claims in flight, at most");
  const auto line = staircase(time, x, y_upper, &RushBin::in_flight_max);
  chart.area(line, upper.bottom, "claims-fill");
  chart.polyline(line, "claims");
  if (time.rounds > 1) {
    chart.polyline(staircase(time, x, y_upper, &RushBin::in_flight_any), "beside");
  }

  const Extent wins = extent_from_zero(highest_of(time, &RushBin::wins_per_s), kWinsTicksMax);
  const Scale y_lower = Scale::linear(wins, {lower.bottom, lower.top});
  chart.y_axis(lower, y_lower, linear_ticks(wins, kWinsTicksMax), "wins per second");
  chart.area(staircase(time, x, y_lower, &RushBin::wins_per_s), lower.bottom, "wins-fill");
  rush_axis(chart, lower, time);
  mark_end_of_wins(chart, {lower.left, upper.top, lower.right, lower.bottom}, time);
  return chart.take();
}

std::string description_of(const RushTime& time) {
  if (time.bins.empty()) return "No claim was sent.";
  std::string text = fmt::format(
      "At most {} claims were in flight at once{}.",
      number_text(highest_of(time, &RushBin::in_flight_max), 0),
      time.rounds < 2 ? ""
                      : fmt::format(" in {}, and {} in any round", time.round,
                                    number_text(highest_of(time, &RushBin::in_flight_any), 0)));
  if (time.wins_end_s) {
    text += fmt::format(" {:g} % of the wins were answered by {} s after the opening.",
                        kMostWins * 100, number_text(*time.wins_end_s, 2));
  }
  return text;
}

}  // namespace

Plot in_flight_plot(const ReportInput& input) {
  RushTime time = rush_time(input);
  const Caption caption{time.title("Claims in flight"), description_of(time)};
  Plot plot{
      .name = "in_flight", .caption = caption, .csv = csv_of(time), .gnuplot = {}, .draw = {}};
  plot.gnuplot = format_gnuplot(
      {.name = "in_flight",
       .title = caption.title,
       .setup = "set xlabel \"seconds since the rush opened\"\n"
                "set ylabel \"claims in flight\"\nset y2label \"wins per second\"\n"
                "set y2tics\nset yrange [0:*]\nset y2range [0:*]\n",
       .plots = "\"in_flight.csv\" using 1:2 with steps linewidth 2 title \"in flight, at most\", "
                "\\\n     \"in_flight.csv\" using 1:4 with steps title \"most in any round\", "
                "\\\n     \"in_flight.csv\" using 1:3 axes x1y2 with steps linewidth 2 "
                "title \"wins per second\"",
       .has_data = !time.bins.empty()});
  plot.draw = [caption, time = std::move(time)](Placement placement) {
    return draw(caption, time, placement);
  };
  return plot;
}

}  // namespace fairrush::reports
