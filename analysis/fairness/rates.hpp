#pragma once

#include <cstdint>
#include <vector>

#include "analysis/fairness/study_sums.hpp"

namespace fairrush::analysis {

/// part/whole; 0 of nothing.
double rate(std::uint64_t part, std::uint64_t whole);

/// Win rates with their bands, by cohort.
std::vector<GroupRate> cohort_rates(const RunFacts& facts, const StudySums& study);
/// By tenth of an order, those with members; none when the order is not known.
std::vector<GroupRate> decile_rates(const std::vector<Groups>& rounds);
/// By time since the opening; none when nobody arrived.
std::vector<GroupRate> span_rates(const StudySums& study);

}  // namespace fairrush::analysis
