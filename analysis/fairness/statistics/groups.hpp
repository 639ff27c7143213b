#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/fairness/statistics/chance.hpp"

namespace fairrush::analysis {

/// The groups of one round, in the same order in every round; a round may lack the last ones.
using Groups = std::vector<Tally>;

/// Whether groups win at the same rate, over one round or many: X² = dᵀV⁻¹d against χ²(c−1), where
/// d sums w_c − m_c p over the rounds and V is the covariance that draws without replacement give
/// it (generalised Cochran–Mantel–Haenszel; Landis, Heyman, Koch 1978). For one round that is
/// ((N−1)/N)·Σ(w_c − m_c p)²/(m_c p(1−p)), for two groups the test of Cochran, Mantel and Haenszel
/// without correction. Where an expected count Σ m_c·min(p, 1−p) is below 5, the distribution is
/// taken from 10⁴ draws seeded by `seed` instead. Groups without members and rounds in which
/// everyone or nobody won do not count; of more than 64 groups the rest count as one. Nothing when
/// that leaves nothing to compare.
std::optional<Tested> test_groups(std::span<const Groups> rounds, std::uint64_t seed);

/// The same for one round.
std::optional<Tested> test_groups(const Groups& groups, std::uint64_t seed);

/// Members and wins of all groups of a round.
Tally total_of(std::span<const Tally> groups);

}  // namespace fairrush::analysis
