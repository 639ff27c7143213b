#pragma once

#include <cstdint>
#include <vector>

#include "analysis/assessment.hpp"
#include "analysis/run/facts.hpp"
#include "tests/unit/reports/support/sample_parts.hpp"

namespace fairrush::reports::testing {

/// Facts of a run of 300 users against a sealed draw.
analysis::RunFacts base_facts();

/// What the verifier says about it: everything holds. The verdict is left to the caller.
analysis::Assessment assessment_of_300();

/// Figures of groups in which everybody who reserved claimed.
analysis::FairnessFigures fairness_of(std::vector<GroupCounts> cohorts,
                                      std::vector<GroupCounts> deciles);

/// Ten groups of equal size.
std::vector<GroupCounts> deciles_of(std::uint64_t members, const std::vector<std::uint64_t>& wins);

}  // namespace fairrush::reports::testing
