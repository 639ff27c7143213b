#pragma once

#include <optional>

#include "analysis/fairness/participants.hpp"
#include "analysis/fairness/spans.hpp"
#include "analysis/fairness/statistics/groups.hpp"
#include "analysis/fairness/statistics/ranks.hpp"
#include "analysis/fairness/statistics/sequence.hpp"
#include "analysis/fairness/statistics/trend.hpp"

namespace fairrush::analysis {

inline constexpr std::size_t kDeciles = 10;

/// What the tests over rounds keep of one round; some kilobytes, whatever its size.
struct RoundSums {
  Tally all;
  Groups cohorts;
  Groups arrival_deciles;
  Groups ticket_deciles;  ///< empty when tickets are not known
  Groups spans;           ///< by time since the opening
  RankSum arrival_rank;
  RankSum ticket_rank;
  TrendSum round_trip;    ///< x: milliseconds
  TrendSum arrival_time;  ///< x: milliseconds
  TrendSum ticket_order;  ///< x: from 0, the first ticket, to 1
  RunsSum arrival_runs;
  RunsSum ticket_runs;
  std::optional<double> arrival_ljung_box;
  std::optional<double> ticket_ljung_box;
};

/// One walk over the participants of a round. Linear in them; takes their order as given and sorts
/// nothing. Adds the places of the winners to the two tests of residues.
RoundSums sum_round(const RoundParticipants& round, const Spans& spans, ResidueTest& arrivals,
                    ResidueTest& tickets);

}  // namespace fairrush::analysis
