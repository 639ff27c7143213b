#include "analysis/fairness/statistics/hypergeometric.hpp"

#include <math.h>

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"

namespace fairrush::analysis {
namespace {

/// Terms below this part of a sum cannot change it any more.
constexpr double kNegligible = 1e-17;

/// ln(n choose k). lgamma_r, for lgamma writes to a global.
double log_choose(std::uint64_t n, std::uint64_t k) {
  const auto log_factorial = [](std::uint64_t value) {
    int sign = 0;
    return ::lgamma_r(static_cast<double>(value) + 1, &sign);
  };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

}  // namespace

Hypergeometric::Hypergeometric(Parameters parameters) : parameters_(parameters) {
  const auto [population, winners, group] = parameters_;
  FAIRRUSH_ASSERT(winners <= population && group <= population);
  lowest_ = winners + group > population ? winners + group - population : 0;
  highest_ = std::min(winners, group);
  const double peak =
      std::floor((static_cast<double>(winners) + 1) * (static_cast<double>(group) + 1) /
                 (static_cast<double>(population) + 2));
  mode_ = std::clamp(static_cast<std::uint64_t>(peak), lowest_, highest_);
  mode_probability_ =
      std::exp(log_choose(winners, mode_) + log_choose(population - winners, group - mode_) -
               log_choose(population, group));
}

double Hypergeometric::step_up(std::uint64_t wins) const {
  const auto [population, winners, group] = parameters_;
  const double up = static_cast<double>(winners - wins) * static_cast<double>(group - wins);
  const double down =
      static_cast<double>(wins + 1) * static_cast<double>(population + wins + 1 - winners - group);
  return up / down;
}

double Hypergeometric::probability(std::uint64_t wins) const {
  if (wins < lowest_ || wins > highest_) return 0;
  const auto [population, winners, group] = parameters_;
  return std::exp(log_choose(winners, wins) + log_choose(population - winners, group - wins) -
                  log_choose(population, group));
}

/// P(w ≤ from) for `from` at or below the mode, where terms fall downwards.
double Hypergeometric::sum_downwards(std::uint64_t from) const {
  double term = probability(from);
  double sum = term;
  for (std::uint64_t wins = from; wins > lowest_ && term > sum * kNegligible; --wins) {
    term /= step_up(wins - 1);
    sum += term;
  }
  return sum;
}

/// P(w ≥ from) for `from` at or above the mode.
double Hypergeometric::sum_upwards(std::uint64_t from) const {
  double term = probability(from);
  double sum = term;
  for (std::uint64_t wins = from; wins < highest_ && term > sum * kNegligible; ++wins) {
    term *= step_up(wins);
    sum += term;
  }
  return sum;
}

double Hypergeometric::at_most(std::uint64_t wins) const {
  if (wins < lowest_) return 0;
  if (wins >= highest_) return 1;
  return wins <= mode_ ? sum_downwards(wins) : std::max(0.0, 1 - sum_upwards(wins + 1));
}

double Hypergeometric::at_least(std::uint64_t wins) const {
  if (wins <= lowest_) return 1;
  if (wins > highest_) return 0;
  return wins >= mode_ ? sum_upwards(wins) : std::max(0.0, 1 - sum_downwards(wins - 1));
}

double Hypergeometric::two_sided(std::uint64_t wins) const {
  FAIRRUSH_ASSERT(wins >= lowest_ && wins <= highest_);
  // Rounding must not part outcomes that are equally likely.
  constexpr double kAlike = 1 + 1e-7;
  const double limit = probability(wins) * kAlike;
  if (limit >= mode_probability_) return 1;
  double term = mode_probability_;
  if (wins < mode_) {
    std::uint64_t other = mode_;
    while (other < highest_ && term > limit) term *= step_up(other++);
    return std::min(1.0, at_most(wins) + (term > limit ? 0 : at_least(other)));
  }
  std::uint64_t other = mode_;
  while (other > lowest_ && term > limit) term /= step_up(--other);
  return std::min(1.0, at_least(wins) + (term > limit ? 0 : at_most(other)));
}

Hypergeometric::Band Hypergeometric::band(double coverage) const {
  const double tail = (1 - coverage) / 2;
  // Walk from the mode outwards and take the tail apart term by term.
  Band band{mode_, mode_};
  double term = mode_probability_;
  for (double below = at_most(mode_) - term; band.low > lowest_ && below > tail; --band.low) {
    term /= step_up(band.low - 1);
    below -= term;
  }
  term = mode_probability_;
  for (double above = at_least(mode_) - term; band.high < highest_ && above > tail; ++band.high) {
    term *= step_up(band.high);
    above -= term;
  }
  return band;
}

std::uint64_t Hypergeometric::sample(double uniform) const {
  std::uint64_t low = mode_;
  std::uint64_t high = mode_;
  double low_term = mode_probability_;
  double high_term = mode_probability_;
  uniform -= mode_probability_;
  while (uniform > 0 && (low > lowest_ || high < highest_)) {
    if (high < highest_) {
      high_term *= step_up(high++);
      uniform -= high_term;
      if (uniform <= 0) return high;
    }
    if (low > lowest_) {
      low_term /= step_up(--low);
      uniform -= low_term;
      if (uniform <= 0) return low;
    }
  }
  // Rounding may leave a rest of some 1e-12 after the whole support.
  return mode_;
}

}  // namespace fairrush::analysis
