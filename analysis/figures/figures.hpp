#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/history/record.hpp"
#include "analysis/invariants/run_index.hpp"
#include "analysis/latency/histogram.hpp"
#include "analysis/verdict.hpp"

namespace fairrush::analysis {

/// How often an operation ended in one way.
struct OutcomeCount {
  Op op{};
  Outcome outcome{};
  Reason reason{};
  std::uint64_t count = 0;
};

/// Latencies of the attempts of one operation that got an answer.
struct LatencyFigures {
  Op op{};
  Histogram from_intended;  ///< click to answer seen, as the user feels it
  Histogram service;        ///< first byte out to answer received, as the wire has it
};

/// What happened in one step of the run's time.
struct TimePoint {
  std::int64_t start_ns = 0;
  std::uint32_t reservations = 0;  ///< acknowledged in this step
  std::uint32_t claims = 0;        ///< first bytes of claims that left in this step
  std::uint32_t wins = 0;          ///< users' first wins, by time of answer as the next two
  std::uint32_t losses = 0;
  std::uint32_t refusals = 0;
  std::uint32_t indeterminate = 0;  ///< by time of sending
  std::uint32_t in_flight_max = 0;  ///< most claims in flight at once
};
struct TimeSeries {
  Duration step{};
  std::vector<TimePoint> points;  ///< without gaps, from the epoch to the last event
};

/// How often each operation ended in each way, ordered by operation, outcome, reason.
std::vector<OutcomeCount> outcome_counts(const RunIndex& index);

/// Adds those of another round, keeping the order.
void add_round(std::vector<OutcomeCount>& outcomes, const std::vector<OutcomeCount>& round);

/// Latencies of the answered attempts by operation. An attempt that was never answered has none: it
/// is counted as an outcome instead.
std::vector<LatencyFigures> latency_figures(const RunIndex& index);

/// Adds those of another round, keeping the order.
void add_round(std::vector<LatencyFigures>& latencies, const std::vector<LatencyFigures>& round);

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

/// Claims in flight when the stock ran out; unset when it did not. The last coupon was taken before
/// its win was answered, and before anyone was told "sold out": the earlier of the two is the
/// moment.
std::optional<std::uint64_t> in_flight_at_sell_out(const RunIndex& index,
                                                   const ClaimTraffic& traffic);

/// The run in at most kSeriesPointsMax steps, whose length is 1, 2 or 5 times a power of ten from
/// 10 ms on. What happened before the epoch is counted in the first step.
inline constexpr std::size_t kSeriesPointsMax = 600;
/// A later round is laid over the first.
TimeSeries time_series(const RunIndex& index, const ClaimTraffic& traffic);

/// Adds the points of another round; the longer step of the two becomes that of both.
void add_round(TimeSeries& series, const TimeSeries& round);

/// The load of a run. Its rounds take place one after the other, so that their sum is a load that
/// the target never had: one round is shown as it was, and the sum only for a mean.
struct LoadFigures {
  double claims_per_second_max = 0;  ///< claims sent in the fullest second of any rush
  /// Most claims in flight when the stock of a round ran out; unset: it never did.
  std::optional<std::uint64_t> in_flight_at_sell_out = {};
  std::uint32_t busiest_round = 0;  ///< 0-based; the first that had that second
  TimeSeries busiest;               ///< of that round
  std::uint64_t rounds = 0;         ///< whose attempts were kept
  /// Those rounds laid over one another, with the step of `busiest`: counts are sums, but
  /// `in_flight_max` is the most in any round.
  TimeSeries all;
};

/// What one round adds to the load of a run.
struct RoundLoad {
  TimeSeries series;                 ///< empty when its attempts were not kept
  double claims_per_second_max = 0;  ///< claims sent in the fullest second of the rush
  std::optional<std::uint64_t> in_flight_at_sell_out = {};
};

void add_round(LoadFigures& load, const RoundLoad& round, std::uint32_t number);

/// What the run has seen of what a run should see, in the order of `Sighting`.
std::vector<SightingResult> sightings(const RunIndex& index, const ClaimTraffic& traffic);

/// Adds those of another round. What one round has seen the run has seen; but that the planned
/// claims left inside the window every round must show, and a win every round in whose plan
/// somebody must win.
void add_round(std::vector<SightingResult>& sightings, const std::vector<SightingResult>& round);

/// How soon users could read what they had been told (I18; no verdict). A read is stable when it
/// and every later one of its user returned the acknowledged coupon. Reads are only as close
/// together as the scenario makes them, so a time is an upper bound.
struct VisibilityFigures {
  Histogram from_acknowledgement;  ///< to the answer of the first stable read; 0 if that came first
  std::uint64_t never_stable = 0;  ///< users whose last read did not return it
};

VisibilityFigures visibility_figures(const RunIndex& index);

/// Adds those of another round.
void add_round(VisibilityFigures& visibility, const VisibilityFigures& round);

}  // namespace fairrush::analysis
