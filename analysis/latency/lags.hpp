#pragma once

#include <cstdint>
#include <vector>

namespace fairrush::analysis {

class Histogram;

/// How often a delay was measured, to the resolution of a `Histogram`.
struct CountedDelay {
  std::uint64_t delay_ns = 0;
  std::uint64_t count = 0;
};

/// One step of the histogram of lags.
struct LagStep {
  std::uint64_t up_to_ns = 0;  ///< inclusive; the last step ends at the greatest lag
  std::uint64_t clicks = 0;    ///< later than the step before, and not later than this
};

/// The buckets of a histogram that hold something, as run.json keeps them.
std::vector<CountedDelay> counted(const Histogram& delays);

/// The histogram of lags in steps that end at 1, 2 or 5 times a power of ten, from 10 µs on; the
/// last ends at the greatest lag. Empty steps are left out.
std::vector<LagStep> lag_steps(const Histogram& lag);

}  // namespace fairrush::analysis
