#include "reports/plots/simulation/designs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/plots/gnuplot.hpp"
#include "reports/plots/simulation/points.hpp"
#include "reports/text/csv_field.hpp"

namespace fairrush::reports {
namespace {

/// Below it a logarithmic axis of delays would show nothing but emptiness.
constexpr double kDelayMinMs = 0.1;
constexpr std::size_t kSeries = 8;
constexpr double kMarkRadius = 3.2;

std::string series_style(std::size_t design) {
  return fmt::format("series-{}", static_cast<char>('a' + design % kSeries));
}

double drawn_delay(const DelayPoint& point) {
  return std::max(kDelayMinMs, point.delay_ms);
}

double rate_percent(const DelayPoint& point) {
  return 100 * static_cast<double>(point.wins) / static_cast<double>(point.claims);
}

/// Every point that somebody claimed at.
std::vector<DelayPoint> claimed(const DesignCurve& design) {
  std::vector<DelayPoint> points = design.points;
  std::erase_if(points, [](const DelayPoint& point) { return point.claims == 0; });
  return points;
}

bool is_empty(const DesignComparison& comparison) {
  return std::ranges::all_of(comparison.designs,
                             [](const DesignCurve& design) { return claimed(design).empty(); });
}

std::string csv_of(const DesignComparison& comparison) {
  std::string csv = "design,one_way_delay_ms,users,claims,wins,win_rate_percent,expected_percent\n";
  for (const DesignCurve& design : comparison.designs) {
    for (const DelayPoint& point : claimed(design)) {
      csv += fmt::format("{},{:.3f},{},{},{},{:.4f},{}\n", csv_field(design.name), point.delay_ms,
                         point.users, point.claims, point.wins, rate_percent(point),
                         point.expected ? fmt::format("{:.4f}", *point.expected * 100) : "");
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
    for (const DelayPoint& point : claimed(design)) {
      shortest = std::min(shortest, drawn_delay(point));
      longest = std::max(longest, drawn_delay(point));
      highest = std::max({highest, rate_percent(point), 100 * point.expected.value_or(0)});
    }
  }
  return {logarithmic_extent(shortest, longest), extent_from_zero(highest)};
}

void draw_design(Chart& chart, const DesignCurve& design, std::size_t number, const Scale& x,
                 const Scale& y) {
  const std::string style = series_style(number);
  std::vector<Point> line;
  std::vector<Point> expected;
  for (const DelayPoint& point : claimed(design)) {
    line.push_back({x.at(drawn_delay(point)), y.at(rate_percent(point))});
    if (point.expected) expected.push_back({line.back().x, y.at(*point.expected * 100)});
  }
  chart.polyline(line, style);
  if (expected.size() > 1) chart.polyline(expected, "expected");
  for (std::size_t place = 0; place < line.size(); ++place) {
    const DelayPoint point = claimed(design)[place];
    chart.dot(line[place], style + "-fill",
              fmt::format("{}: {:.1f} ms, {:.2f} % of {} claims", design.name, point.delay_ms,
                          rate_percent(point), format_count(point.claims)),
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
  for (std::size_t design = 0; design < comparison.designs.size(); ++design) {
    draw_design(chart, comparison.designs[design], design, x, y);
  }
  return chart.take();
}

std::string description_of(const DesignComparison& comparison) {
  std::string text;
  for (const DesignCurve& design : comparison.designs) {
    const TenthRates rates = tenth_rates(design);
    text += fmt::format("{}{}: {:.2f} % at the shortest delays, {:.2f} % at the longest",
                        text.empty() ? "" : "; ", design.name, rates.fastest * 100,
                        rates.slowest * 100);
  }
  return text + ".";
}

}  // namespace

std::string slope_text(double pp_per_10ms) {
  if (std::abs(pp_per_10ms) < 0.005) return "0.00 pp/10 ms";
  return fmt::format("{}{:.2f} pp/10 ms", pp_per_10ms < 0 ? "−" : "+", std::abs(pp_per_10ms));
}

TenthRates tenth_rates(const DesignCurve& design) {
  std::uint64_t all = 0;
  for (const DelayPoint& point : design.points) all += point.users;
  const auto rate_from = [all](auto begin, auto end) {
    DelayPoint sum;
    for (auto point = begin; point != end && sum.users * 10 < all; ++point) {
      sum.users += point->users;
      sum.claims += point->claims;
      sum.wins += point->wins;
    }
    return sum.claims == 0 ? 0.0 : rate_percent(sum) / 100;
  };
  return {.fastest = rate_from(design.points.begin(), design.points.end()),
          .slowest = rate_from(design.points.rbegin(), design.points.rend())};
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
