#pragma once

#include <string>

#include "reports/plots/simulation/designs.hpp"

namespace fairrush::reports {

/// "−0.74 pp/10 ms", for legends and tables.
std::string slope_text(double pp_per_10ms);

/// A group's win rate: "24.61 %".
std::string rate_text(const DelayPoint& point);
/// Who it is: "5.0 ms, 180 users".
std::string group_text(const DelayPoint& point);

/// Which designs have one curve, so that their lines lie on each other; empty when none have.
std::string coinciding_text(const DesignComparison& comparison);

}  // namespace fairrush::reports
