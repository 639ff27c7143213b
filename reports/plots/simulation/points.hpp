#pragma once

#include <string>

namespace fairrush::reports {

/// "−0.74 pp/10 ms", for legends and tables.
std::string slope_text(double pp_per_10ms);

}  // namespace fairrush::reports
