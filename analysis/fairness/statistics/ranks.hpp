#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "analysis/fairness/statistics/chance.hpp"

namespace fairrush::analysis {

/// Where the winners of one round stand in an order: the rank sum of Wilcoxon (1945) as the area
/// under the curve, (R₁ − K(K+1)/2)/(K(N−K)) with mid-ranks for ties. 0 when all winners came
/// first, 1 when they came last, ½ when the order does not matter.
class RankSum {
 public:
  /// Adds those who stand at the next place together, first places first.
  void add(std::uint64_t tied, std::uint64_t wins) {
    const auto members = static_cast<double>(tied);
    const auto winners = static_cast<double>(wins);
    rank_sum_ += winners * (members_ + (members + 1) / 2);
    members_ += members;
    winners_ += winners;
    if (tied > 1) ties_ += members * members * members - members;
  }

  double area() const;
  /// (N+1)/(12K(N−K))·(1 − Σ(t³−t)/(N³−N)); 0 when everyone or nobody won or all stand together.
  double variance() const;
  /// K(N−K)/(N+1), the weight of a round among others (van Elteren 1960).
  double weight() const { return winners_ * (members_ - winners_) / (members_ + 1); }

 private:
  double members_ = 0;
  double winners_ = 0;
  double rank_sum_ = 0;
  double ties_ = 0;  // Σ(t³ − t)
};

/// Over rounds: the weighted mean of the areas against ½. `statistic` is that area. Rounds without
/// variance are left out; nothing when no other is there.
std::optional<Tested> test_ranks(std::span<const RankSum> rounds);

/// The gap between the win rates of the later and the earlier half that an area stands for, when
/// everybody in a half has the same chance: 8p(1−p)·(area − ½).
double gap_of_area(double area, double win_share);

}  // namespace fairrush::analysis
