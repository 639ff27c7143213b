#pragma once

#include <vector>

#include "analysis/assessment.hpp"
#include "analysis/invariants/run_index.hpp"

namespace fairrush::analysis {

/// How often each operation ended in each way, ordered by operation, outcome, reason.
std::vector<OutcomeCount> outcome_counts(const RunIndex& index);

/// Latencies of the answered attempts by operation. An attempt that was never answered has none: it
/// is counted as an outcome instead.
std::vector<LatencyFigures> latency_figures(const RunIndex& index);

/// When claims were on the wire. Sending and answer times, each ascending; an attempt that was
/// never answered counts as in flight until its time-out, one whose connection broke only at the
/// moment of its sending, as nobody knows when it ended.
class ClaimTraffic {
 public:
  explicit ClaimTraffic(const RunIndex& index);

  const std::vector<std::int64_t>& sent() const { return sent_; }
  const std::vector<std::int64_t>& ended() const { return ended_; }

  /// Claims sent at `time_ns` or before and answered at it or later.
  std::uint64_t in_flight_at(std::int64_t time_ns) const;

  /// Claims that left in the fullest second of the rush, wherever it begins.
  std::uint64_t fullest_second(Window rush) const;

 private:
  std::vector<std::int64_t> sent_;
  std::vector<std::int64_t> ended_;
};

/// The run in at most kSeriesPointsMax steps, whose length is 1, 2 or 5 times a power of ten from
/// 10 ms on. What happened before the epoch is counted in the first step.
inline constexpr std::size_t kSeriesPointsMax = 600;
TimeSeries time_series(const RunIndex& index, const ClaimTraffic& traffic);

/// What the run has seen of what a run should see, in the order of `Sighting`.
std::vector<SightingResult> sightings(const RunIndex& index, const ClaimTraffic& traffic);

}  // namespace fairrush::analysis
