#pragma once

#include <span>
#include <vector>

namespace fairrush::analysis {

/// p-values adjusted so that rejecting those at or below α keeps the chance of any false rejection
/// at α, whatever their dependence (Holm 1979). In the order given.
std::vector<double> holm_adjusted(std::span<const double> p_values);

/// p-values adjusted so that rejecting those at or below q keeps the expected share of false ones
/// among the rejected at q, for independent or positively dependent tests (Benjamini, Hochberg
/// 1995). In the order given.
std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values);

}  // namespace fairrush::analysis
