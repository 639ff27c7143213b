#pragma once

#include <vector>

#include "reports/plots/rush/rush_time.hpp"
#include "reports/svg/chart.hpp"

namespace fairrush::reports {

/// One value of every bin as the corners of a staircase.
std::vector<Point> staircase(const RushTime& time, const Scale& x, const Scale& y,
                             double RushBin::* value);

/// The axis below a plot over the rush.
void rush_axis(Chart& chart, const Frame& frame, const RushTime& time);

/// A line where nearly all wins were answered, if that was well before the claims ended.
void mark_end_of_wins(Chart& chart, const Frame& frame, const RushTime& time);

}  // namespace fairrush::reports
