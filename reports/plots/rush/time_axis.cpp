#include "reports/plots/rush/time_axis.hpp"

#include <fmt/format.h>

#include "reports/text/figures.hpp"

namespace fairrush::reports {

std::vector<Point> staircase(const RushTime& time, const Scale& x, const Scale& y,
                             double RushBin::* value) {
  std::vector<Point> corners;
  for (const RushBin& bin : time.bins) {
    corners.push_back({x.at(bin.start_s), y.at(bin.*value)});
    corners.push_back({x.at(bin.start_s + time.bin_s), y.at(bin.*value)});
  }
  return corners;
}

void rush_axis(Chart& chart, const Frame& frame, const RushTime& time) {
  const Scale x = Scale::linear(time.extent(), {frame.left, frame.right});
  chart.x_axis(frame, x, linear_ticks(time.extent(), chart.narrow() ? 5 : 10),
               "seconds since the rush opened");
}

void mark_end_of_wins(Chart& chart, const Frame& frame, const RushTime& time) {
  if (!time.wins_end_s) return;
  const Scale x = Scale::linear(time.extent(), {frame.left, frame.right});
  const double at = x.at(*time.wins_end_s);
  chart.segment({at, frame.top}, {at, frame.bottom}, "marker");
  const bool left_half = at < (frame.left + frame.right) / 2;
  chart.label(
      {left_half ? at + 6 : at - 6, frame.top + 14},
      left_half ? Chart::Anchor::start : Chart::Anchor::end, "strong",
      fmt::format("{:g} % of wins by {} s", kMostWins * 100, number_text(*time.wins_end_s, 2)));
}

}  // namespace fairrush::reports
