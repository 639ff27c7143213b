#pragma once

#include <cstdint>

#include "analysis/assessment.hpp"

namespace fairrush::reports::testing {

/// Who comes to the rounds of a sample.
struct SampleCrowd {
  std::uint32_t users = 295;
  std::uint32_t winners = 59;
  std::uint32_t rounds = 1;
  double mean_s = 5;  ///< of the exponential arrivals
};

/// What the statistics say of fair draws over fibre (61 %, 5 ms) and mobile (39 %, 60 ms), rounded
/// so that the last bits of a machine's mathematics do not show.
analysis::FairnessFigures drawn_figures(const analysis::RunFacts& facts, SampleCrowd crowd);

/// The same where the first to arrive win.
analysis::FairnessFigures first_come_figures(const analysis::RunFacts& facts, SampleCrowd crowd);

/// The same where every tenth user wins always.
analysis::FairnessFigures sticky_figures(const analysis::RunFacts& facts, SampleCrowd crowd);

}  // namespace fairrush::reports::testing
