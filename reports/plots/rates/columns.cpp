#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "reports/plots/gnuplot.hpp"
#include "reports/plots/plot.hpp"
#include "reports/plots/rates/groups.hpp"

namespace fairrush::reports {
namespace {

/// Part of a group's column that its band takes: more where it shows how long the group's time was.
constexpr double kBandShareNumbered = 0.6;
constexpr double kBandShareInTime = 0.85;
/// A band is never narrower, in pixels, however short its column is.
constexpr double kBandWidthMin = 2;

/// Groups in a natural order, a column each, and what is said of them.
struct Columns {
  std::string_view name;
  std::string_view title;
  std::string_view axis;
  std::string_view group;  ///< what one column is called: "tenth"
  /// Where each column begins on the axis and where the last one ends: one more than groups.
  std::vector<double> edges;
  bool numbered = true;  ///< columns bear their number, the axis no other values
  GroupRates rates;

  Extent extent() const { return {edges.front(), edges.back()}; }
  double band_share() const { return numbered ? kBandShareNumbered : kBandShareInTime; }
};

/// Columns of one width, numbered from 1.
std::vector<double> numbered_edges(std::size_t groups) {
  std::vector<double> edges;
  for (std::size_t i = 0; i <= groups; ++i) edges.push_back(static_cast<double>(i) + 0.5);
  return edges;
}

void draw_groups(Chart& chart, const Columns& columns, const Scale& x, const Scale& y) {
  const auto& groups = columns.rates.groups;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const analysis::GroupRate& group = groups[i];
    if (group.claimed == 0) continue;
    const Extent column{x.at(columns.edges[i]), x.at(columns.edges[i + 1])};
    const double width = column.high - column.low;
    const double middle = (column.low + column.high) / 2;
    const double half_band = std::max(kBandWidthMin, width * columns.band_share()) / 2;
    chart.rectangle({middle - half_band, y.at(group.band_high * 100), middle + half_band,
                     y.at(group.band_low * 100)},
                    "band");
    chart.segment({middle, y.at(group.rate_low * 100)}, {middle, y.at(group.rate_high * 100)},
                  "reach");
    const std::string name =
        columns.numbered ? fmt::format("{} {}", columns.group, i + 1) : group.label;
    chart.dot({middle, y.at(group.rate_of_claimed * 100)}, mark_style(group),
              fmt::format("{}: {}", name, group_words(group)),
              std::clamp(width * 0.4, 2.0, Chart::kDotRadius));
  }
}

void draw_axis(Chart& chart, const Columns& columns, const Frame& frame, const Scale& x) {
  std::vector<Tick> ticks;
  for (std::size_t i = 1; columns.numbered && i <= columns.rates.groups.size(); ++i) {
    ticks.push_back({static_cast<double>(i), std::to_string(i)});
  }
  if (!columns.numbered) ticks = linear_ticks(columns.extent(), chart.narrow() ? 5 : 10);
  chart.x_axis(frame, x, ticks, columns.axis);
}

/// To above all intervals, too.
Extent percents_of(const GroupRates& rates) {
  Extent percents = rate_extent(rates);
  for (const analysis::GroupRate& group : rates.groups) {
    percents.high = std::max(percents.high, group.claimed > 0 ? group.rate_high * 100 : 0);
  }
  return {percents.low, std::min(100.0, extent_from_zero(percents.high).high)};
}

std::vector<LegendEntry> legend_of(const GroupRates& rates) {
  std::vector<LegendEntry> legend = group_legend(rates);
  legend.insert(legend.begin() + 1, {"its 95 % interval", "reach", Swatch::line});
  return legend;
}

Markup draw(const Caption& caption, const Columns& columns, Placement placement) {
  const GroupRates& rates = columns.rates;
  const bool empty = rates.empty();
  Chart chart(placement, caption, empty ? 120 : 320,
              empty ? std::vector<LegendEntry>{} : legend_of(rates));
  if (empty) {
    chart.nothing(describe_groups(rates));
    return chart.take();
  }
  const Frame area = chart.area();
  const Frame frame{area.left + 52, area.top + 32, area.right - 12, area.bottom - 44};
  const Extent percent = percents_of(rates);
  const Scale y = Scale::linear(percent, {frame.bottom, frame.top});
  const Scale x = Scale::linear(columns.extent(), {frame.left, frame.right});
  std::vector<Tick> y_ticks = linear_ticks(percent, 5);
  for (Tick& tick : y_ticks) tick.label += " %";
  chart.y_axis(frame, y, y_ticks, "win rate of those who claimed");
  draw_axis(chart, columns, frame, x);
  draw_groups(chart, columns, x, y);
  const double intended = y.at(rates.intended_rate * 100);
  chart.segment({frame.left, intended}, {frame.right, intended}, "reference");
  return chart.take();
}

Plot make(Columns columns) {
  const Caption caption{std::string(columns.title), describe_groups(columns.rates)};
  Plot plot{.name = std::string(columns.name),
            .caption = caption,
            .csv = group_csv(columns.rates, columns.group, columns.edges),
            .gnuplot = {},
            .draw = {}};
  const std::string setup = fmt::format(
      "set xlabel \"{}\"\nset ylabel \"win rate of those who claimed, %\"\nset yrange [0:*]\n"
      "set style fill solid 0.25 noborder\n",
      columns.axis);
  const std::string plots = fmt::format(
      "\"{0}.csv\" using (($11+$12)/2):(($6+$7)/2):(($12-$11)*{1:g}):(($7-$6)/2) with boxxyerror "
      "title \"99.9 % band of fair draws\", \\\n"
      "     \"{0}.csv\" using (($11+$12)/2):5:9:10 with yerrorbars pointtype 7 "
      "title \"win rate, 95 % interval\", \\\n"
      "     \"{0}.csv\" using (($11+$12)/2):8 with lines dashtype 2 title \"intended\"",
      columns.name, columns.band_share() / 2);
  plot.gnuplot = format_gnuplot({.name = columns.name,
                                 .title = columns.title,
                                 .setup = setup,
                                 .plots = plots,
                                 .has_data = !columns.rates.empty()});
  plot.draw = [caption, columns = std::move(columns)](Placement placement) {
    return draw(caption, columns, placement);
  };
  return plot;
}

}  // namespace

Plot deciles_plot(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  return make({.name = "deciles",
               .title = "Win rate by order of arrival",
               .axis = "tenth of the claims, first to last",
               .group = "tenth",
               .edges = numbered_edges(fairness.arrival_deciles.size()),
               .rates = {fairness.arrival_deciles, fairness.intended_rate}});
}

Plot tickets_plot(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  return make({.name = "tickets",
               .title = "Win rate by ticket number",
               .axis = "tenth of the tickets, first reserved to last",
               .group = "tenth",
               .edges = numbered_edges(fairness.ticket_deciles.size()),
               .rates = {fairness.ticket_deciles, fairness.intended_rate}});
}

Plot spans_plot(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  return make({.name = "spans",
               .title = "Win rate by time of arrival",
               .axis = "seconds since the rush opened",
               .group = "span",
               .edges = fairness.span_edges_s,
               .numbered = false,
               .rates = {fairness.spans, fairness.intended_rate}});
}

}  // namespace fairrush::reports
