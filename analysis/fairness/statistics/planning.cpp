#include "analysis/fairness/statistics/planning.hpp"

#include <algorithm>
#include <cmath>

namespace fairrush::analysis {
namespace {

constexpr double kTwoSided95 = 1.959963984540054;
constexpr double kPower80 = 0.8416212335729143;
constexpr double kOneSided95 = 1.6448536269514722;
constexpr double kPower90 = 1.2815515655446004;
constexpr double kTostFactor = 10.822;  // (z(0.95) + z(0.95))², power 90 % at zero difference

std::uint64_t whole(double rounds) {
  constexpr double kMax = 1e18;
  return static_cast<std::uint64_t>(std::clamp(std::ceil(rounds), 1.0, kMax));
}

bool can_be_said(StudySize study, double members) {
  return study.participants >= 2 && study.win_share > 0 && study.win_share < 1 && members > 0 &&
         members < study.participants;
}

}  // namespace

double detectable_gap_pp(StudySize study) {
  const double pairs = (study.participants - 1) * static_cast<double>(study.rounds);
  if (pairs < 1) return 100;
  const double spread = study.win_share * (1 - study.win_share) / pairs;
  return std::min(100.0, (kTwoSided95 + kPower80) * 2 * std::sqrt(spread) * 100);
}

std::uint64_t rounds_needed(StudySize study, double members, double margin) {
  if (margin <= 0 || !can_be_said(study, members)) return 0;
  const double spread = study.win_share * (1 - study.win_share);
  return whole(kTostFactor * spread * (study.participants - members) /
               (members * (study.participants - 1) * margin * margin));
}

std::uint64_t rounds_needed_for_ratio(StudySize study, double members, double ratio_min) {
  if (ratio_min <= 0 || ratio_min >= 1 || !can_be_said(study, members)) return 0;
  const double odds = (1 - study.win_share) / study.win_share;
  const double variance = odds * (1 / members + 1 / (study.participants - members));
  const double reach = (kOneSided95 + kPower90) / std::log(ratio_min);
  return whole(reach * reach * variance);
}

}  // namespace fairrush::analysis
