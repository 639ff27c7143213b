#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/fairness/statistics/chance.hpp"

namespace fairrush::analysis {

/// Who won in some order of one round, one bit a participant.
class WinSequence {
 public:
  void push(bool won) {
    if (size_ % kBits == 0) words_.push_back(0);
    words_.back() |= static_cast<std::uint64_t>(won) << (size_ % kBits);
    wins_ += won ? 1 : 0;
    ++size_;
  }

  std::uint64_t size() const { return size_; }
  std::uint64_t wins() const { return wins_; }
  Tally tally() const { return {size_, wins_}; }
  bool won(std::uint64_t place) const {
    return (words_[place / kBits] >> (place % kBits) & 1) != 0;
  }

  /// Places at which a win is followed by another `lag` > 0 places later.
  std::uint64_t pairs(std::uint64_t lag) const;

 private:
  static constexpr std::uint64_t kBits = 64;

  std::vector<std::uint64_t> words_;
  std::uint64_t size_ = 0;
  std::uint64_t wins_ = 0;
};

/// Runs of equal outcomes in one order (Wald, Wolfowitz 1940): mean 1 + 2K(N−K)/N, variance
/// 2K(N−K)(2K(N−K)−N)/(N²(N−1)). Few runs: winners come in clumps; many: they alternate.
struct RunsSum {
  double runs = 0;
  double mean = 0;
  double variance = 0;
};
RunsSum count_runs(const WinSequence& sequence);

/// Over rounds, with what the outcome before tells about the next: `after_win` is
/// P(win | the one before won) − P(win | the one before lost) = 1 − Σ(runs−1)/Σ(mean−1).
struct RunsTest {
  double z = 0;
  double p_value = 1;
  double after_win = 0;
};
std::optional<RunsTest> test_runs(std::span<const RunsSum> rounds);

/// Q = n(n+2)·Σ ρ_k²/(n−k) over lags 1 … 20 against χ²(20) (Ljung, Box 1978). Nothing for
/// sequences of fewer than 40 or without a winner or a loser.
inline constexpr std::uint64_t kLags = 20;
std::optional<double> ljung_box(const WinSequence& sequence);

/// Whether the place in an order, modulo q, tells who wins; over rounds, for q = 2 … 16.
class ResidueTest {
 public:
  static constexpr std::size_t kModuliMin = 2;
  static constexpr std::size_t kModuliMax = 16;

  /// Adds a round whose participants stand at places 0 … size−1.
  void add(const WinSequence& sequence);
  /// Adds a round in which only the places of `present` are taken; both of the same length, wins
  /// only where present.
  void add(const WinSequence& present, const WinSequence& wins);

  struct Result {
    std::size_t modulus = 0;
    double statistic = 0;  ///< Σ_j d_j²/Σ m_j p(1−p)N/(N−1), d_j summed over rounds, χ²(q−1)
    double p_value = 1;
    double gap = 0;  ///< win rate of the best residue minus that of the worst
  };
  /// For every q whose residues all have an expected count of at least 5. Residues keep their
  /// meaning from round to round: a pattern that shifts is for the runs test to find.
  std::vector<Result> results() const;

 private:
  using Counts = std::vector<std::uint64_t>;  // by modulus, then residue
  void add_round(Tally all, const Counts& members, const Counts& wins);

  struct Class {
    Tally tally;
    double excess = 0;
    double variance = 0;
    double expected = 0;
  };
  std::vector<Class> classes_;
};

}  // namespace fairrush::analysis
