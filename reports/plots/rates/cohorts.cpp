#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/plots/gnuplot.hpp"
#include "reports/plots/plot.hpp"
#include "reports/plots/rates/groups.hpp"
#include "reports/text/fairness_words.hpp"
#include "reports/text/short_label.hpp"

namespace fairrush::reports {
namespace {

constexpr std::size_t kRowsMax = 24;
constexpr std::size_t kLabelColumnsMax = 22;
constexpr double kBandHeight = 20;

double label_room(const GroupRates& rates) {
  double room = 60;
  for (const auto& group : rates.groups) {
    room = std::max(room, text_width(short_label(group.label, kLabelColumnsMax)) + 16);
  }
  return room;
}

std::string figures_of(const analysis::GroupRate& group) {
  return (outside_band(group) ? "✘ " : "") + group_figures(group);
}

double figures_room(const GroupRates& rates) {
  double room = 0;
  for (const auto& group : rates.groups) room = std::max(room, text_width(figures_of(group)));
  // Those outside their band are in bold.
  return room * 1.12 + 24;
}

/// One group's band and mark, around `middle`.
void draw_group(Chart& chart, const analysis::GroupRate& group, const Scale& x, double middle) {
  if (group.claimed == 0) return;
  chart.rectangle({x.at(group.band_low * 100), middle - kBandHeight / 2,
                   x.at(group.band_high * 100), middle + kBandHeight / 2},
                  "band");
  chart.dot({x.at(group.rate_of_claimed * 100), middle}, mark_style(group),
            fmt::format("{}: {}", group.label, group_words(group)));
}

/// Name and figures go beside the row, or above it where the drawing is narrow.
void label_group(Chart& chart, const analysis::GroupRate& group, const Frame& frame,
                 double middle) {
  const std::string_view style = outside_band(group) ? "alarm" : "strong";
  const std::string figures = figures_of(group);
  if (chart.narrow()) {
    chart.label({frame.left, middle - 18}, Chart::Anchor::start, "strong",
                short_label(group.label, kLabelColumnsMax));
    chart.label({frame.right, middle - 18}, Chart::Anchor::end, style, figures);
  } else {
    chart.label({frame.left - 12, middle + 4.5}, Chart::Anchor::end, "strong",
                short_label(group.label, kLabelColumnsMax));
    chart.label({frame.right + 14, middle + 4.5}, Chart::Anchor::start, style, figures);
  }
}

Markup draw(const Caption& caption, const GroupRates& rates, Placement placement) {
  const std::size_t rows = std::min(rates.groups.size(), kRowsMax);
  const double row_height = placement == Placement::phone ? 56 : 40;
  const bool empty = rates.empty();
  const double height = empty ? 120 : static_cast<double>(rows) * row_height + 60;
  Chart chart(placement, caption, height, empty ? std::vector<LegendEntry>{} : group_legend(rates));
  if (empty) {
    chart.nothing("Nobody claimed.");
    return chart.take();
  }
  const Frame area = chart.area();
  Frame frame{area.left + label_room(rates), area.top + 12, area.right - figures_room(rates),
              area.bottom - 48};
  if (chart.narrow()) frame = {area.left + 12, area.top + 12, area.right - 18, area.bottom - 48};
  const Extent percent = rate_extent(rates);
  const Scale x = Scale::linear(percent, {frame.left, frame.right});
  std::vector<Tick> ticks = linear_ticks(percent, chart.narrow() ? 4 : 6);
  for (Tick& tick : ticks) {
    tick.label += " %";
    chart.segment({x.at(tick.value), frame.top}, {x.at(tick.value), frame.bottom}, "grid");
  }
  chart.x_axis(frame, x, ticks, "win rate of those who claimed");
  const auto middle_of = [&](std::size_t row) {
    const double offset = chart.narrow() ? 0.68 : 0.5;
    return frame.top + (static_cast<double>(row) + offset) * row_height;
  };
  const double intended = x.at(rates.intended_rate * 100);
  for (std::size_t row = 0; row < rows; ++row) {
    const double middle = middle_of(row);
    draw_group(chart, rates.groups[row], x, middle);
    label_group(chart, rates.groups[row], frame, middle);
    // In pieces, so that it crosses no text where labels stand above the rows.
    chart.segment({intended, middle - kBandHeight * 0.6}, {intended, middle + kBandHeight * 0.6},
                  "reference");
  }
  return chart.take();
}

}  // namespace

Plot cohorts_plot(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  GroupRates rates{fairness.cohorts, fairness.intended_rate};
  const Caption caption{"Win rate by cohort", describe_groups(rates)};
  Plot plot{.name = "cohorts",
            .caption = caption,
            .csv = group_csv(rates, "cohort"),
            .gnuplot = {},
            .draw = {}};
  plot.gnuplot = format_gnuplot(
      {.name = "cohorts",
       .title = "Win rate by cohort",
       .setup = "set ylabel \"win rate of those who claimed, %\"\nset yrange [0:*]\n"
                "set offsets 0.5, 0.5, 0, 0\nset style fill solid 0.25 noborder\n",
       .plots = "\"cohorts.csv\" using ($0):(($6+$7)/2):(0.3):(($7-$6)/2) with boxxyerror "
                "title \"99.9 % band of fair draws\", \\\n"
                "     \"cohorts.csv\" using ($0):5:xtic(1) with points pointtype 7 "
                "title \"win rate\", \\\n"
                "     \"cohorts.csv\" using ($0):8 with lines dashtype 2 title \"intended\"",
       .has_data = !rates.empty()});
  plot.draw = [caption, rates = std::move(rates)](Placement placement) {
    return draw(caption, rates, placement);
  };
  return plot;
}

}  // namespace fairrush::reports
