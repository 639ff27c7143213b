#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace fairrush::analysis {

/// Whether winning changes with a covariate x, in one round: the score test of Cochran (1954) and
/// Armitage (1955), Σ(x−x̄)(y−p) with variance p(1−p)·N/(N−1)·Σ(x−x̄)² under a draw.
class TrendSum {
 public:
  void add(double x, bool won) {
    // From the first value on, so that times far from zero keep their digits.
    if (members_ == 0) origin_ = x;
    const double offset = x - origin_;
    members_ += 1;
    sum_ += offset;
    squares_ += offset * offset;
    // Without a branch: nobody can predict who wins.
    winners_ += won ? 1 : 0;
    winner_sum_ += won ? offset : 0;
  }

  double members() const { return members_; }
  /// Σ(x−x̄)(y−p).
  double score() const { return members_ == 0 ? 0 : winner_sum_ - winners_ * sum_ / members_; }
  /// Σ(x−x̄)².
  double spread() const;
  double variance() const;

 private:
  double origin_ = 0;
  double members_ = 0;
  double winners_ = 0;
  double sum_ = 0;
  double squares_ = 0;
  double winner_sum_ = 0;
};

/// The trend over rounds.
struct Trend {
  double z = 0;
  double p_value = 1;
  double slope = 0;      ///< change of the win probability by unit of x
  double deviation = 0;  ///< standard deviation of x within rounds
};
/// z = Σ scores/√Σ variances. Rounds in which x or the outcome does not vary are left out; nothing
/// when no other is there.
std::optional<Trend> test_trend(std::span<const TrendSum> rounds);

}  // namespace fairrush::analysis
