#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "analysis/assessment.hpp"
#include "reports/reports.hpp"

namespace fairrush::reports::testing {

/// A run made up for the tests of the formats: plausible figures, the same on every machine.
struct SampleRun {
  std::string name;  ///< of its golden files
  analysis::RunFacts facts;
  analysis::Assessment assessment;

  /// How GoogleTest shows it.
  friend void PrintTo(const SampleRun& sample, std::ostream* out) { *out << sample.name; }
};

/// 300 users, a sealed draw, everything holds.
SampleRun proven_draw();
/// 30,000 users, first come first served: the mobile cohort wins far less.
SampleRun first_come();
/// Twenty rounds of fair draws over 3,000 users.
SampleRun fair_rounds();
/// Three rounds with a fault that makes winners win again, and an acknowledged coupon lost.
SampleRun sticky_winners();
/// Oversold, two coupons for one user, an acknowledged coupon lost; with counter-examples.
SampleRun violation();
/// Stopped half-way in a debug build: open checks, indeterminate attempts, things not seen.
SampleRun interrupted();
/// Nothing was attempted.
SampleRun empty_run();

std::vector<SampleRun> all_samples();

/// A few attempts of every kind, in a file of their own that is gone again.
const analysis::History& sample_history();

/// The run with the few attempts above. The run must outlive the result.
ReportInput input_of(const SampleRun& run);

}  // namespace fairrush::reports::testing
