#include <fmt/format.h>

#include <utility>

#include "reports/plots/gnuplot.hpp"
#include "reports/plots/plot.hpp"
#include "reports/plots/rates/groups.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

/// Part of a group's column that its band takes.
constexpr double kBandShare = 0.6;

void draw_groups(Chart& chart, const GroupRates& rates, const Frame& frame, const Scale& y) {
  const double column = (frame.right - frame.left) / static_cast<double>(rates.groups.size());
  for (std::size_t i = 0; i < rates.groups.size(); ++i) {
    const analysis::GroupRate& group = rates.groups[i];
    if (group.claimed == 0) continue;
    const double middle = frame.left + (static_cast<double>(i) + 0.5) * column;
    chart.rectangle({middle - column * kBandShare / 2, y.at(group.band_high * 100),
                     middle + column * kBandShare / 2, y.at(group.band_low * 100)},
                    "band");
    chart.dot({middle, y.at(group.rate_of_claimed * 100)}, mark_style(group),
              fmt::format("tenth {}: {}", i + 1, group_words(group)));
  }
}

Markup draw(const Caption& caption, const GroupRates& rates, Placement placement) {
  const bool empty = rates.empty();
  Chart chart(placement, caption, empty ? 120 : 320,
              empty ? std::vector<LegendEntry>{} : group_legend(rates));
  if (empty) {
    chart.nothing("Nobody claimed.");
    return chart.take();
  }
  const Frame area = chart.area();
  const Frame frame{area.left + 52, area.top + 32, area.right - 12, area.bottom - 44};
  const Extent percent = rate_extent(rates);
  const Scale y = Scale::linear(percent, {frame.bottom, frame.top});
  std::vector<Tick> y_ticks = linear_ticks(percent, 5);
  for (Tick& tick : y_ticks) tick.label += " %";
  chart.y_axis(frame, y, y_ticks, "win rate of those who claimed");
  const auto groups = static_cast<double>(rates.groups.size());
  const Scale x = Scale::linear({0.5, groups + 0.5}, {frame.left, frame.right});
  std::vector<Tick> x_ticks;
  for (std::size_t i = 1; i <= rates.groups.size(); ++i) {
    x_ticks.push_back({static_cast<double>(i), std::to_string(i)});
  }
  chart.x_axis(frame, x, x_ticks, "tenth of the claims, first to last");
  draw_groups(chart, rates, frame, y);
  const double intended = y.at(rates.intended_rate * 100);
  chart.segment({frame.left, intended}, {frame.right, intended}, "reference");
  return chart.take();
}

}  // namespace

Plot deciles_plot(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  GroupRates rates{fairness.arrival_deciles, fairness.intended_rate};
  const Caption caption{"Win rate by order of arrival", describe_groups(rates)};
  Plot plot{.name = "deciles",
            .caption = caption,
            .csv = group_csv(rates, "decile"),
            .gnuplot = {},
            .draw = {}};
  plot.gnuplot = format_gnuplot(
      {.name = "deciles",
       .title = "Win rate by order of arrival",
       .setup = "set xlabel \"tenth of the claims, first to last\"\n"
                "set ylabel \"win rate of those who claimed, %\"\nset yrange [0:*]\n"
                "set xtics 1\nset style fill solid 0.25 noborder\n",
       .plots = "\"deciles.csv\" using ($0+1):(($6+$7)/2):(0.3):(($7-$6)/2) with boxxyerror "
                "title \"99.9 % band of a fair draw\", \\\n"
                "     \"deciles.csv\" using ($0+1):5 with points pointtype 7 "
                "title \"win rate\", \\\n"
                "     \"deciles.csv\" using ($0+1):8 with lines dashtype 2 title \"intended\"",
       .has_data = !rates.empty()});
  plot.draw = [caption, rates = std::move(rates)](Placement placement) {
    return draw(caption, rates, placement);
  };
  return plot;
}

}  // namespace fairrush::reports
