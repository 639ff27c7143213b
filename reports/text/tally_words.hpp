#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/figures/tallies.hpp"
#include "analysis/run/facts.hpp"

namespace fairrush::reports {

/// What a tally's group is called; its number where the run does not say.
std::string persona_name(const analysis::RunFacts& facts, std::uint16_t number);
std::string cohort_name(const analysis::RunFacts& facts, std::uint16_t number);

/// All claims that were refused.
std::uint64_t refused_claims(const analysis::ClaimTally& tally);

/// "3 outside the window, 12 already claimed"; empty without any.
std::string refusals_text(const analysis::ClaimTally& tally);

/// Users of all groups together.
std::uint64_t users_of(const std::vector<analysis::ClaimTally>& tallies);

/// A part of a whole; not a number of an empty one.
double part_of(std::uint64_t part, std::uint64_t whole);

}  // namespace fairrush::reports
