#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/plots/plot.hpp"
#include "reports/text/words.hpp"
#include "reports/writers.hpp"

namespace fairrush::reports {

/// Users with about the same one-way delay under one design.
struct DelayPoint {
  double delay_ms = 0;
  std::uint64_t users = 0;
  std::uint64_t claims = 0;
  std::uint64_t wins = 0;
  std::optional<double> expected;  ///< P(win) by the closed form
};

/// How winning depends on the network under one design, over all simulated rounds.
struct DesignCurve {
  std::string name;
  std::vector<DelayPoint> points;  ///< ascending by delay
  double pp_per_10ms = 0;          ///< slope by least squares; negative: slow networks lose
  std::optional<double> expected_pp_per_10ms;
  analysis::RunVerdict verdict = analysis::RunVerdict::inconclusive;
  VerdictWords words;  ///< of the run
  std::string reason;  ///< the run's own
  std::string report;  ///< of the run, relative to the page

  /// The groups that somebody claimed in, which plot and tables show; ascending by delay.
  std::vector<DelayPoint> claimed() const;
};

/// Designs side by side: the same users, the same clicks.
struct DesignComparison {
  std::string question;
  std::string setting;  ///< users, rounds, service model: one line
  std::string version;
  std::vector<DesignCurve> designs;
};

/// Win probability against one-way delay, a line a design, percentage points per 10 ms in the
/// legend.
Plot designs_plot(const DesignComparison& comparison);

/// designs.html: one self-contained page with the plot, a table and what the verdicts say;
/// plots/designs.{svg,csv,gp}.
Written write_designs(const DesignComparison& comparison, const std::filesystem::path& directory);

/// The table for the terminal, one line a design.
std::string designs_table(const DesignComparison& comparison);

}  // namespace fairrush::reports
