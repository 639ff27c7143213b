#pragma once

#include "analysis/assessment.hpp"
#include "analysis/run/facts.hpp"

namespace fairrush::reports::testing {

/// Facts of a run of 300 users against a sealed draw.
analysis::RunFacts base_facts();

/// What the verifier says about it: everything holds. The verdict is left to the caller.
analysis::Assessment assessment_of_300();

}  // namespace fairrush::reports::testing
