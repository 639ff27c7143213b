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

std::string csv_of(const RushTime& time) {
  std::string csv = "since_rush_opened_s,claims_per_s,wins_per_s,claims_per_s_mean_of_rounds\n";
  for (const RushBin& bin : time.bins) {
    csv += fmt::format("{:.4f},{:.3f},{:.3f},{:.3f}\n", bin.start_s, bin.claims_per_s,
                       bin.wins_per_s, bin.claims_per_s_mean);
  }
  return csv;
}

double highest_of(const RushTime& time, double RushBin::* value) {
  double highest = 0;
  for (const RushBin& bin : time.bins) highest = std::max(highest, bin.*value);
  return highest;
}

/// For the axis: more wins than claims may be answered in a stretch, and a mean may peak elsewhere.
double highest_of(const RushTime& time) {
  return std::max({highest_of(time, &RushBin::claims_per_s), highest_of(time, &RushBin::wins_per_s),
                   highest_of(time, &RushBin::claims_per_s_mean)});
}

std::vector<LegendEntry> legend_of(const RushTime& time) {
  std::vector<LegendEntry> legend{{"claims sent", "line claims", Swatch::line},
                                  {"answered with a coupon", "wins-fill", Swatch::block}};
  if (time.rounds > 1) {
    legend.push_back({fmt::format("claims sent, mean of {}", counted(time.rounds, "round")),
                      "line beside", Swatch::line});
  }
  return legend;
}

Markup draw(const Caption& caption, const RushTime& time, Placement placement) {
  Chart chart(placement, caption, 310, legend_of(time));
  if (time.bins.empty()) {
    chart.nothing("No claim was sent.");
    return chart.take();
  }
  const Frame area = chart.area();
  const Frame frame{area.left + 52, area.top + 32, area.right - 12, area.bottom - 44};
  const Extent rates = extent_from_zero(highest_of(time));
  const Scale x = Scale::linear(time.extent(), {frame.left, frame.right});
  const Scale y = Scale::linear(rates, {frame.bottom, frame.top});
  chart.y_axis(frame, y, linear_ticks(rates, 5), "per second");
  const auto claims = staircase(time, x, y, &RushBin::claims_per_s);
  chart.area(claims, frame.bottom, "claims-fill");
  chart.area(staircase(time, x, y, &RushBin::wins_per_s), frame.bottom, "wins-fill");
  chart.polyline(claims, "claims");
  if (time.rounds > 1) {
    chart.polyline(staircase(time, x, y, &RushBin::claims_per_s_mean), "beside");
  }
  rush_axis(chart, frame, time);
  mark_end_of_wins(chart, frame, time);
  return chart.take();
}

std::string description_of(const RushTime& time) {
  if (time.bins.empty()) return "No claim was sent.";
  std::string text = fmt::format(
      "{}the fullest of {} stretches of {} s has {} claims a second{}.",
      time.round.empty() ? "" : fmt::format("In {}, ", time.round), time.bins.size(),
      number_text(time.bin_s, 2), number_text(highest_of(time, &RushBin::claims_per_s), 0),
      time.rounds < 2 ? ""
                      : fmt::format("; the mean of all rounds reaches {}",
                                    number_text(highest_of(time, &RushBin::claims_per_s_mean), 0)));
  text = capitalized(text);
  if (time.wins_end_s) {
    text += fmt::format(
        " {:g} % of the wins are answered by {} s after the opening, while claims go on.",
        kMostWins * 100, number_text(*time.wins_end_s, 2));
  } else {
    text += " Wins are spread over the whole time in which claims come.";
  }
  if (time.claims_later > 0) {
    text += fmt::format(" {} later, not shown.", counted(time.claims_later, "more claim") +
                                                     (time.claims_later == 1 ? " comes" : " come"));
  }
  return text;
}

}  // namespace

Plot arrivals_plot(const ReportInput& input) {
  RushTime time = rush_time(input);
  const Caption caption{time.title("Claims and wins"), description_of(time)};
  Plot plot{.name = "arrivals", .caption = caption, .csv = csv_of(time), .gnuplot = {}, .draw = {}};
  plot.gnuplot = format_gnuplot(
      {.name = "arrivals",
       .title = caption.title,
       .setup = "set xlabel \"seconds since the rush opened\"\nset ylabel \"per second\"\n"
                "set yrange [0:*]\nset style fill solid 0.6 noborder\n",
       .plots = "\"arrivals.csv\" using 1:2 with steps linewidth 2 title \"claims sent\", \\\n"
                "     \"arrivals.csv\" using 1:3 with fillsteps title \"answered with a coupon\", "
                "\\\n     \"arrivals.csv\" using 1:4 with steps title \"mean of the rounds\"",
       .has_data = !time.bins.empty()});
  plot.draw = [caption, time = std::move(time)](Placement placement) {
    return draw(caption, time, placement);
  };
  return plot;
}

}  // namespace fairrush::reports
