#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/plots/gnuplot.hpp"
#include "reports/plots/plot.hpp"
#include "reports/plots/rates/groups.hpp"

namespace fairrush::reports {
namespace {

/// Part of a group's column that its band takes.
constexpr double kBandShare = 0.6;

/// Groups in a natural order, a column each, and what is said of them.
struct Columns {
  std::string_view name;
  std::string_view title;
  std::string_view axis;
  std::string_view group;  ///< what one column is called: "tenth"
  double step = 1;         ///< how much one column spans on the axis; from 0 on
  bool numbered = true;    ///< columns bear their number, not the edges of their span
  GroupRates rates;
};

void draw_groups(Chart& chart, const Columns& columns, const Frame& frame, const Scale& y) {
  const auto& groups = columns.rates.groups;
  const double column = (frame.right - frame.left) / static_cast<double>(groups.size());
  const double radius = std::clamp(column * 0.4, 2.0, Chart::kDotRadius);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const analysis::GroupRate& group = groups[i];
    if (group.claimed == 0) continue;
    const double middle = frame.left + (static_cast<double>(i) + 0.5) * column;
    chart.rectangle({middle - column * kBandShare / 2, y.at(group.band_high * 100),
                     middle + column * kBandShare / 2, y.at(group.band_low * 100)},
                    "band");
    const std::string name =
        columns.numbered ? fmt::format("{} {}", columns.group, i + 1) : group.label;
    chart.dot({middle, y.at(group.rate_of_claimed * 100)}, mark_style(group),
              fmt::format("{}: {}", name, group_words(group)), radius);
  }
}

void draw_axis(Chart& chart, const Columns& columns, const Frame& frame) {
  const auto count = static_cast<double>(columns.rates.groups.size());
  if (!columns.numbered) {
    const Extent extent{0, count * columns.step};
    chart.x_axis(frame, Scale::linear(extent, {frame.left, frame.right}),
                 linear_ticks(extent, chart.narrow() ? 5 : 10), columns.axis);
    return;
  }
  std::vector<Tick> ticks;
  for (std::size_t i = 1; i <= columns.rates.groups.size(); ++i) {
    ticks.push_back({static_cast<double>(i), std::to_string(i)});
  }
  chart.x_axis(frame, Scale::linear({0.5, count + 0.5}, {frame.left, frame.right}), ticks,
               columns.axis);
}

Markup draw(const Caption& caption, const Columns& columns, Placement placement) {
  const GroupRates& rates = columns.rates;
  const bool empty = rates.empty();
  Chart chart(placement, caption, empty ? 120 : 320,
              empty ? std::vector<LegendEntry>{} : group_legend(rates));
  if (empty) {
    chart.nothing(describe_groups(rates));
    return chart.take();
  }
  const Frame area = chart.area();
  const Frame frame{area.left + 52, area.top + 32, area.right - 12, area.bottom - 44};
  const Extent percent = rate_extent(rates);
  const Scale y = Scale::linear(percent, {frame.bottom, frame.top});
  std::vector<Tick> y_ticks = linear_ticks(percent, 5);
  for (Tick& tick : y_ticks) tick.label += " %";
  chart.y_axis(frame, y, y_ticks, "win rate of those who claimed");
  draw_axis(chart, columns, frame);
  draw_groups(chart, columns, frame, y);
  const double intended = y.at(rates.intended_rate * 100);
  chart.segment({frame.left, intended}, {frame.right, intended}, "reference");
  return chart.take();
}

Plot make(Columns columns) {
  const Caption caption{std::string(columns.title), describe_groups(columns.rates)};
  Plot plot{.name = std::string(columns.name),
            .caption = caption,
            .csv = group_csv(columns.rates, columns.group),
            .gnuplot = {},
            .draw = {}};
  const std::string place =
      fmt::format("(($0+{})*{:g})", columns.numbered ? 1.0 : 0.5, columns.step);
  const std::string setup = fmt::format(
      "set xlabel \"{}\"\nset ylabel \"win rate of those who claimed, %\"\nset yrange [0:*]\n"
      "set style fill solid 0.25 noborder\n",
      columns.axis);
  const std::string plots = fmt::format(
      "\"{0}.csv\" using {1}:(($6+$7)/2):({2:g}):(($7-$6)/2) with boxxyerror "
      "title \"99.9 % band of fair draws\", \\\n"
      "     \"{0}.csv\" using {1}:5 with points pointtype 7 title \"win rate\", \\\n"
      "     \"{0}.csv\" using {1}:8 with lines dashtype 2 title \"intended\"",
      columns.name, place, columns.step * kBandShare / 2);
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
               .rates = {fairness.arrival_deciles, fairness.intended_rate}});
}

Plot tickets_plot(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  return make({.name = "tickets",
               .title = "Win rate by ticket number",
               .axis = "tenth of the tickets, first reserved to last",
               .group = "tenth",
               .rates = {fairness.ticket_deciles, fairness.intended_rate}});
}

Plot spans_plot(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  return make({.name = "spans",
               .title = "Win rate by time of arrival",
               .axis = "seconds since the rush opened",
               .group = "span",
               .step = fairness.span_seconds > 0 ? fairness.span_seconds : 1,
               .numbered = false,
               .rates = {fairness.spans, fairness.intended_rate}});
}

}  // namespace fairrush::reports
