#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/units.hpp"
#include "reports/plots/gnuplot.hpp"
#include "reports/plots/plot.hpp"
#include "reports/text/csv_field.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/short_label.hpp"

namespace fairrush::reports {
namespace {

using analysis::RoundRates;
using analysis::Tally;

constexpr std::size_t kPointsMax = 60;
constexpr std::size_t kLabelColumnsMax = 22;

/// The rounds in order; where there are many, neighbours count together.
struct Course {
  std::vector<std::string> cohorts;
  std::vector<RoundRates> points;
  std::size_t rounds_per_point = 1;
  std::size_t rounds = 0;
  double intended_rate = 0;
  std::size_t best = 0;  ///< cohorts, over all rounds
  std::size_t worst = 0;

  bool empty() const { return rounds < 2; }
};

void add(RoundRates& sum, const RoundRates& round) {
  sum.reserved += round.reserved;
  sum.claimed += round.claimed;
  sum.winners += round.winners;
  sum.cohorts.resize(std::max(sum.cohorts.size(), round.cohorts.size()));
  for (std::size_t cohort = 0; cohort < round.cohorts.size(); ++cohort) {
    sum.cohorts[cohort].members += round.cohorts[cohort].members;
    sum.cohorts[cohort].wins += round.cohorts[cohort].wins;
  }
}

Course course_of(const analysis::FairnessFigures& fairness) {
  Course course;
  course.rounds = fairness.by_round.size();
  course.intended_rate = fairness.intended_rate;
  course.rounds_per_point = (course.rounds + kPointsMax - 1) / kPointsMax;
  for (std::size_t round = 0; round < course.rounds; ++round) {
    if (round % course.rounds_per_point == 0) course.points.emplace_back();
    add(course.points.back(), fairness.by_round[round]);
  }
  for (std::size_t cohort = 0; cohort < fairness.cohorts.size(); ++cohort) {
    const auto& group = fairness.cohorts[cohort];
    course.cohorts.push_back(group.label);
    if (group.claimed == 0) continue;
    const auto rate_of = [&](std::size_t one) { return fairness.cohorts[one].rate_of_claimed; };
    const bool first = fairness.cohorts[course.best].claimed == 0;
    if (first || rate_of(cohort) > rate_of(course.best)) course.best = cohort;
    if (first || rate_of(cohort) < rate_of(course.worst)) course.worst = cohort;
  }
  return course;
}

std::optional<double> percent_of(const RoundRates& point, std::size_t cohort) {
  if (cohort >= point.cohorts.size() || point.cohorts[cohort].members == 0) return std::nullopt;
  const Tally& tally = point.cohorts[cohort];
  return 100 * static_cast<double>(tally.wins) / static_cast<double>(tally.members);
}

std::string csv_of(const analysis::FairnessFigures& fairness) {
  std::string csv = "round,cohort,claimed,won,win_rate_percent,intended_percent\n";
  for (std::size_t round = 0; round < fairness.by_round.size(); ++round) {
    const RoundRates& rates = fairness.by_round[round];
    for (std::size_t cohort = 0; cohort < rates.cohorts.size(); ++cohort) {
      const auto percent = percent_of(rates, cohort);
      csv += fmt::format(
          "{},{},{},{},{},{:.4f}\n", round + 1,
          cohort < fairness.cohorts.size() ? csv_field(fairness.cohorts[cohort].label) : "",
          rates.cohorts[cohort].members, rates.cohorts[cohort].wins,
          percent ? fmt::format("{:.4f}", *percent) : "", fairness.intended_rate * 100);
    }
  }
  return csv;
}

double highest_of(const Course& course) {
  double highest = course.intended_rate * 100;
  for (const RoundRates& point : course.points) {
    for (std::size_t cohort = 0; cohort < course.cohorts.size(); ++cohort) {
      highest = std::max(highest, percent_of(point, cohort).value_or(0));
    }
  }
  return highest;
}

std::string_view style_of(const Course& course, std::size_t cohort) {
  if (cohort == course.best) return "claims";
  return cohort == course.worst ? "wins" : "others";
}

std::vector<LegendEntry> legend_of(const Course& course) {
  std::vector<LegendEntry> legend;
  const auto add_cohort = [&](std::size_t cohort) {
    legend.push_back({short_label(course.cohorts[cohort], kLabelColumnsMax),
                      fmt::format("line {}", style_of(course, cohort)), Swatch::line});
  };
  if (!course.cohorts.empty()) add_cohort(course.best);
  if (course.worst != course.best) add_cohort(course.worst);
  if (course.cohorts.size() > 2) legend.push_back({"other cohorts", "line others", Swatch::line});
  legend.push_back(
      {fmt::format("intended, {}", percent_text(course.intended_rate)), "reference", Swatch::line});
  return legend;
}

void draw_cohort(Chart& chart, const Course& course, std::size_t cohort, const Scale& x,
                 const Scale& y) {
  const std::string_view style = style_of(course, cohort);
  std::vector<Point> line;
  for (std::size_t place = 0; place < course.points.size(); ++place) {
    const auto percent = percent_of(course.points[place], cohort);
    // A round without the cohort interrupts its line.
    if (!percent) {
      chart.polyline(line, style);
      line.clear();
      continue;
    }
    const double middle =
        (static_cast<double>(place) + 0.5) * static_cast<double>(course.rounds_per_point) + 0.5;
    line.push_back({x.at(middle), y.at(*percent)});
  }
  chart.polyline(line, style);
}

Markup draw(const Caption& caption, const Course& course, Placement placement) {
  const bool empty = course.empty();
  Chart chart(placement, caption, empty ? 120 : 320,
              empty ? std::vector<LegendEntry>{} : legend_of(course));
  if (empty) {
    chart.nothing(caption.description);
    return chart.take();
  }
  const Frame area = chart.area();
  const Frame frame{area.left + 52, area.top + 32, area.right - 12, area.bottom - 44};
  const Extent found = extent_from_zero(highest_of(course));
  const Extent percent{found.low, std::min(100.0, found.high)};
  const Scale y = Scale::linear(percent, {frame.bottom, frame.top});
  std::vector<Tick> y_ticks = linear_ticks(percent, 5);
  for (Tick& tick : y_ticks) tick.label += " %";
  chart.y_axis(frame, y, y_ticks, "win rate of those who claimed");
  const Extent rounds{0.5, static_cast<double>(course.rounds) + 0.5};
  const Scale x = Scale::linear(rounds, {frame.left, frame.right});
  std::vector<Tick> x_ticks = whole_ticks({0, rounds.high}, chart.narrow() ? 5 : 10);
  std::erase_if(x_ticks, [](const Tick& tick) { return tick.value < 1; });
  if (x_ticks.empty() || x_ticks.front().value > 1) x_ticks.insert(x_ticks.begin(), {1, "1"});
  chart.x_axis(frame, x, x_ticks,
               course.rounds_per_point == 1
                   ? "round"
                   : fmt::format("round; {} together", course.rounds_per_point));
  // Those that matter last, on top.
  for (std::size_t cohort = 0; cohort < course.cohorts.size(); ++cohort) {
    if (style_of(course, cohort) == "others") draw_cohort(chart, course, cohort, x, y);
  }
  for (std::size_t cohort = 0; cohort < course.cohorts.size(); ++cohort) {
    if (style_of(course, cohort) != "others") draw_cohort(chart, course, cohort, x, y);
  }
  const double intended = y.at(course.intended_rate * 100);
  chart.segment({frame.left, intended}, {frame.right, intended}, "reference");
  return chart.take();
}

std::string description_of(const Course& course) {
  if (course.empty()) return "It takes two rounds to show a course.";
  if (course.cohorts.empty()) return "Nobody claimed.";
  std::string text;
  for (std::size_t cohort = 0; cohort < course.cohorts.size(); ++cohort) {
    double low = 100;
    double high = 0;
    for (const RoundRates& point : course.points) {
      const double percent = percent_of(point, cohort).value_or(course.intended_rate * 100);
      low = std::min(low, percent);
      high = std::max(high, percent);
    }
    text += fmt::format("{}{}: between {} and {} %", text.empty() ? "" : "; ",
                        course.cohorts[cohort], number_text(low, 2), number_text(high, 2));
  }
  return fmt::format("{} over {}.", text, counted(course.rounds, "round"));
}

}  // namespace

Plot rounds_plot(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  Course course = course_of(fairness);
  const Caption caption{"Win rate by cohort, round by round", description_of(course)};
  Plot plot{
      .name = "rounds", .caption = caption, .csv = csv_of(fairness), .gnuplot = {}, .draw = {}};
  plot.gnuplot = format_gnuplot(
      {.name = "rounds",
       .title = "Win rate by cohort, round by round",
       .setup = "set xlabel \"round\"\nset ylabel \"win rate of those who claimed, %\"\n"
                "set yrange [0:*]\n",
       .plots = "\"rounds.csv\" using 1:5 with points pointtype 7 title \"a cohort's win rate\", "
                "\\\n     \"rounds.csv\" using 1:6 with lines dashtype 2 title \"intended\"",
       .has_data = !course.empty() && fairness.claimed > 0});
  plot.draw = [caption, course = std::move(course)](Placement placement) {
    return draw(caption, course, placement);
  };
  return plot;
}

}  // namespace fairrush::reports
