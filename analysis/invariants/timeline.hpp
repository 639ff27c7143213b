#pragma once

#include <span>
#include <vector>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {

/// Most lines one example shows.
inline constexpr std::size_t kTimelineLinesMax = 40;

/// Writes out what happened to the suspects of every finding: their attempts in the order of
/// sending, with times relative to the opening of the rush, among them the moments that the finding
/// marks, then their rows of the ledger and what the bus delivered. One list of examples per
/// finding. Walks the history once, whatever the number of suspects.
std::vector<std::vector<CounterExample>> write_examples(const RunIndex& index,
                                                        std::span<const Finding> findings);

}  // namespace fairrush::analysis
