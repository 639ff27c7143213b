#include "reports/plots/simulation/designs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/fairness/statistics/intervals.hpp"
#include "reports/plots/gnuplot.hpp"
#include "reports/plots/simulation/points.hpp"
#include "reports/text/csv_field.hpp"
#include "reports/text/figures.hpp"

namespace fairrush::reports {
namespace {

/// Below it a logarithmic axis of delays would show nothing but emptiness.
constexpr double kDelayMinMs = 0.1;
constexpr std::size_t kSeries = 8;
constexpr double kMarkRadius = 3.2;
constexpr double kConfidence = 0.95;

std::string series_style(std::size_t design) {
  return fmt::format("series-{}", static_cast<char>('a' + design % kSeries));
}

double drawn_delay(const DelayPoint& point) {
  return std::max(kDelayMinMs, point.delay_ms);
}

double rate_percent(const DelayPoint& point) {
  return 100 * static_cast<double>(point.wins) / static_cast<double>(point.claims);
}

/// How exactly a group's claims show its chance.
analysis::Interval interval_of(const DelayPoint& point) {
  return analysis::wilson({point.claims, point.wins}, kConfidence);
}

bool is_empty(const DesignComparison& comparison) {
  return std::ranges::all_of(comparison.designs,
                             [](const DesignCurve& design) { return design.claimed().empty(); });
}

/// Whether one line lies on the other.
bool coincide(const DesignCurve& one, const DesignCurve& other) {
  return std::ranges::equal(
      one.claimed(), other.claimed(), [](const DelayPoint& a, const DelayPoint& b) {
        return a.delay_ms == b.delay_ms && a.claims == b.claims && a.wins == b.wins;
      });
}

std::string csv_of(const DesignComparison& comparison) {
  std::string csv =
      "design,one_way_delay_ms,users,claims,wins,win_rate_percent,expected_percent,"
      "rate_low_percent,rate_high_percent\n";
  for (const DesignCurve& design : comparison.designs) {
    for (const DelayPoint& point : design.claimed()) {
      const analysis::Interval interval = interval_of(point);
      csv += fmt::format("{},{:.3f},{},{},{},{:.4f},{},{:.4f},{:.4f}\n", csv_field(design.name),
                         point.delay_ms, point.users, point.claims, point.wins, rate_percent(point),
                         point.expected ? fmt::format("{:.4f}", *point.expected * 100) : "",
                         interval.low * 100, interval.high * 100);
    }
    csv += "\n\n";  // gnuplot's mark between two data sets
  }
  return csv;
}

std::string gnuplot_of(const DesignComparison& comparison) {
  std::string plots;
  for (std::size_t design = 0; design < comparison.designs.size(); ++design) {
    plots += fmt::format("{}\"designs.csv\" using 2:6 index {} with linespoints title \"{}\"",
                         plots.empty() ? "" : ", \\\n     ", design, design + 1);
  }
  return format_gnuplot({.name = "designs",
                         .title = "Win probability by network delay (lines in the CSV's order)",
                         .setup = "set xlabel \"one-way delay, ms\"\nset logscale x\n"
                                  "set ylabel \"win rate of those who claimed, %\"\n"
                                  "set yrange [0:*]\n",
                         .plots = plots,
                         .has_data = !is_empty(comparison)});
}

struct Axes {
  Extent delays;
  Extent percents;
};

Axes axes_of(const DesignComparison& comparison) {
  double shortest = 1e9;
  double longest = 0;
  double highest = 0;
  for (const DesignCurve& design : comparison.designs) {
    for (const DelayPoint& point : design.claimed()) {
      shortest = std::min(shortest, drawn_delay(point));
      longest = std::max(longest, drawn_delay(point));
      highest =
          std::max({highest, 100 * interval_of(point).high, 100 * point.expected.value_or(0)});
    }
  }
  return {logarithmic_extent(shortest, longest), extent_from_zero(highest)};
}

/// Below all others, so that it hides none of them.
void draw_expected(Chart& chart, const DesignCurve& design, const Scale& x, const Scale& y) {
  std::vector<Point> line;
  for (const DelayPoint& point : design.claimed()) {
    if (point.expected) line.push_back({x.at(drawn_delay(point)), y.at(*point.expected * 100)});
  }
  if (line.size() > 1) chart.polyline(line, "expected");
}

void draw_design(Chart& chart, const DesignCurve& design, std::size_t number, const Scale& x,
                 const Scale& y) {
  const std::string style = series_style(number);
  std::vector<Point> line;
  for (const DelayPoint& point : design.claimed()) {
    line.push_back({x.at(drawn_delay(point)), y.at(rate_percent(point))});
    const analysis::Interval interval = interval_of(point);
    chart.segment({line.back().x, y.at(interval.low * 100)},
                  {line.back().x, y.at(interval.high * 100)}, "certainty " + style);
  }
  chart.polyline(line, style);
  for (const DelayPoint& point : design.claimed()) {
    chart.dot({x.at(drawn_delay(point)), y.at(rate_percent(point))}, style + "-fill",
              fmt::format("{}: {}, {} of {} claims", design.name, group_text(point),
                          rate_text(point), format_count(point.claims)),
              kMarkRadius);
  }
}

Markup draw(const DesignComparison& comparison, const Caption& caption, Placement placement) {
  std::vector<LegendEntry> legend;
  for (std::size_t design = 0; design < comparison.designs.size(); ++design) {
    const DesignCurve& curve = comparison.designs[design];
    legend.push_back({fmt::format("{} {}", curve.name, slope_text(curve.pp_per_10ms)),
                      "line " + series_style(design)});
  }
  const bool forms = std::ranges::any_of(comparison.designs, [](const DesignCurve& design) {
    return design.expected_pp_per_10ms.has_value();
  });
  if (forms) legend.push_back({"closed form", "line expected"});
  const bool empty = is_empty(comparison);
  Chart chart(placement, caption, empty ? 120 : 400, legend);
  if (empty) {
    chart.nothing("Nobody claimed.");
    return chart.take();
  }
  const Frame area = chart.area();
  const Frame frame{area.left + 52, area.top + 32, area.right - 16, area.bottom - 44};
  const Axes axes = axes_of(comparison);
  const Scale x = Scale::logarithmic(axes.delays, {frame.left, frame.right});
  const Scale y = Scale::linear(axes.percents, {frame.bottom, frame.top});
  std::vector<Tick> percents = linear_ticks(axes.percents, 5);
  for (Tick& tick : percents) tick.label += " %";
  chart.y_axis(frame, y, percents, "win rate of those who claimed");
  chart.x_axis(frame, x, logarithmic_ticks(axes.delays), "one-way network delay, ms (logarithmic)");

  for (const DesignCurve& design : comparison.designs) draw_expected(chart, design, x, y);
  for (std::size_t design = 0; design < comparison.designs.size(); ++design) {
    draw_design(chart, comparison.designs[design], design, x, y);
  }
  return chart.take();
}

std::string description_of(const DesignComparison& comparison) {
  std::string text;
  for (const DesignCurve& design : comparison.designs) {
    const std::vector<DelayPoint> points = design.claimed();
    text += text.empty() ? "" : "; ";
    text += points.empty() ? fmt::format("{}: nobody claimed", design.name)
                           : fmt::format("{}: {} at {}, {} at {}", design.name,
                                         rate_text(points.front()), group_text(points.front()),
                                         rate_text(points.back()), group_text(points.back()));
  }
  return text + ".";
}

}  // namespace

std::string slope_text(double pp_per_10ms) {
  if (std::abs(pp_per_10ms) < 0.005) return "0.00 pp/10 ms";
  return fmt::format("{}{:.2f} pp/10 ms", pp_per_10ms < 0 ? "−" : "+", std::abs(pp_per_10ms));
}

std::string rate_text(const DelayPoint& point) {
  return fmt::format("{:.2f} %", rate_percent(point));
}

std::string group_text(const DelayPoint& point) {
  return fmt::format("{:.{}f} ms, {}", point.delay_ms, point.delay_ms < 10 ? 1 : 0,
                     counted(point.users, "user"));
}

std::string coinciding_text(const DesignComparison& comparison) {
  const auto& designs = comparison.designs;
  std::string text;
  std::vector<bool> told(designs.size());
  for (std::size_t one = 0; one < designs.size(); ++one) {
    if (told[one] || designs[one].claimed().empty()) continue;
    std::string names;
    for (std::size_t other = one + 1; other < designs.size(); ++other) {
      if (!coincide(designs[one], designs[other])) continue;
      told[other] = true;
      names += fmt::format(", {}", designs[other].name);
    }
    if (names.empty()) continue;
    text += fmt::format("{}{}{} give every group the same wins: their lines lie on each other.",
                        text.empty() ? "" : " ", designs[one].name, names);
  }
  return text;
}

std::vector<DelayPoint> DesignCurve::claimed() const {
  std::vector<DelayPoint> groups = points;
  std::erase_if(groups, [](const DelayPoint& point) { return point.claims == 0; });
  return groups;
}

Plot designs_plot(const DesignComparison& comparison) {
  const Caption caption{"Win probability by network delay", description_of(comparison)};
  return {.name = "designs",
          .caption = caption,
          .csv = csv_of(comparison),
          .gnuplot = gnuplot_of(comparison),
          .draw = [comparison, caption](Placement placement) {
            return draw(comparison, caption, placement);
          }};
}

}  // namespace fairrush::reports
