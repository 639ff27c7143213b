#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/units.hpp"
#include "reports/plots/gnuplot.hpp"
#include "reports/plots/plot.hpp"
#include "reports/text/figures.hpp"

namespace fairrush::reports {
namespace {

using analysis::WinCount;

/// Part of a column that its bar takes.
constexpr double kBarShare = 0.7;
/// Expected users below which a number of wins is not shown unless it occurred.
constexpr double kExpectedShown = 0.5;

struct Spread {
  std::vector<WinCount> counts;
  std::uint64_t rounds = 0;

  bool empty() const { return rounds < 2 || counts.empty(); }
};

/// Without the numbers of wins at the beginning that nobody has or is expected to have.
Spread spread_of(const analysis::FairnessFigures& fairness) {
  Spread spread{fairness.users.wins, fairness.rounds};
  const auto first = std::ranges::find_if(spread.counts, [](const WinCount& count) {
    return count.users > 0 || count.expected >= kExpectedShown;
  });
  spread.counts.erase(spread.counts.begin(), first);
  return spread;
}

std::string csv_of(const Spread& spread) {
  std::string csv = "wins,users,expected_users\n";
  for (const WinCount& count : spread.counts) {
    csv += fmt::format("{},{},{:.3f}\n", count.wins, count.users, count.expected);
  }
  return csv;
}

std::string description_of(const Spread& spread) {
  if (spread.empty()) return "It takes two rounds for users to differ in more than one win.";
  std::string text;
  for (const WinCount& count : spread.counts) {
    text +=
        fmt::format("{}{}: {}, {} expected", text.empty() ? "" : "; ", counted(count.wins, "win"),
                    counted(count.users, "user"), number_text(count.expected, 1));
  }
  return text + ".";
}

Markup draw(const Caption& caption, const Spread& spread, Placement placement) {
  const bool empty = spread.empty();
  Chart chart(placement, caption, empty ? 120 : 300,
              empty ? std::vector<LegendEntry>{}
                    : std::vector<LegendEntry>{{"users", "bar", Swatch::block},
                                               {"fair draws", "line wins", Swatch::line}});
  if (empty) {
    chart.nothing(placement == Placement::phone ? "It takes two rounds." : caption.description);
    return chart.take();
  }
  double highest = 0;
  for (const WinCount& count : spread.counts) {
    highest = std::max({highest, static_cast<double>(count.users), count.expected});
  }
  const Frame area = chart.area();
  const Frame frame{area.left + 60, area.top + 32, area.right - 12, area.bottom - 44};
  const Extent users = extent_from_zero(highest);
  const Scale y = Scale::linear(users, {frame.bottom, frame.top});
  chart.y_axis(frame, y, linear_ticks(users, 5), "users");
  const auto first = static_cast<double>(spread.counts.front().wins);
  const Extent wins{first - 0.5, static_cast<double>(spread.counts.back().wins) + 0.5};
  const Scale x = Scale::linear(wins, {frame.left, frame.right});
  chart.x_axis(frame, x, whole_ticks(wins, chart.narrow() ? 6 : 12), "coupons won over all rounds");
  std::vector<Point> expected;
  for (const WinCount& count : spread.counts) {
    const auto place = static_cast<double>(count.wins);
    chart.rectangle({x.at(place - kBarShare / 2), y.at(static_cast<double>(count.users)),
                     x.at(place + kBarShare / 2), frame.bottom},
                    "bar");
    expected.push_back({x.at(place), y.at(count.expected)});
  }
  chart.polyline(expected, "wins");
  return chart.take();
}

}  // namespace

Plot wins_per_user_plot(const ReportInput& input) {
  Spread spread = spread_of(input.assessment.fairness);
  const Caption caption{"Coupons per user", description_of(spread)};
  Plot plot{.name = "wins_per_user",
            .caption = caption,
            .csv = csv_of(spread),
            .gnuplot = {},
            .draw = {}};
  plot.gnuplot = format_gnuplot(
      {.name = "wins_per_user",
       .title = "Coupons per user",
       .setup = "set xlabel \"coupons won over all rounds\"\nset ylabel \"users\"\n"
                "set yrange [0:*]\nset boxwidth 0.7\nset style fill solid 0.4 noborder\n",
       .plots = "\"wins_per_user.csv\" using 1:2 with boxes title \"users\", \\\n"
                "     \"wins_per_user.csv\" using 1:3 with linespoints pointtype 7 "
                "title \"fair draws\"",
       .has_data = !spread.empty()});
  plot.draw = [caption, spread = std::move(spread)](Placement placement) {
    return draw(caption, spread, placement);
  };
  return plot;
}

}  // namespace fairrush::reports
