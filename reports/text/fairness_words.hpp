#pragma once

#include <string>
#include <string_view>

#include "base/units.hpp"
#include "reports/reports.hpp"
#include "reports/text/tone.hpp"

namespace fairrush::reports {

/// What the arrival AUC of this run says.
std::string arrival_meaning(const analysis::FairnessFigures& fairness);

/// What rounds of this size can and cannot show.
std::string round_limits(const ReportInput& input);

/// Which cohort fares worst beside the best, and how that is to be taken; empty with one cohort.
std::string impact_meaning(const analysis::FairnessFigures& fairness);

/// How wins are spread over users, and how many without a win are normal; empty for one round.
std::string users_meaning(const analysis::FairnessFigures& fairness);

/// Whether the chances of a group are shown to be equal: tone, and "within ±1 pp".
struct EquivalenceWords {
  Tone tone = Tone::open;
  std::string text;
};
EquivalenceWords describe_equivalence(const analysis::EquivalenceResult& row, Share margin);
/// "+0.12 pp (−0.31 … +0.55)".
std::string difference_text(const analysis::EquivalenceResult& row);

/// What a test found, judged: "no difference seen", "small", "bias"; and how strong the evidence.
struct TestWords {
  Tone tone = Tone::neutral;
  std::string verdict;
};
TestWords describe_test(const analysis::TestResult& test);
/// The effect with its unit, or `kNoFigure`.
std::string effect_text(const analysis::TestResult& test);

/// Where a group's win rate lies against its band: "inside", "below", "above".
std::string_view band_position(const analysis::GroupRate& group);
/// True when the group has claims and its win rate lies outside the band.
bool outside_band(const analysis::GroupRate& group);

}  // namespace fairrush::reports
