#include "analysis/fairness/statistics/sequence.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/assert.hpp"

namespace fairrush::analysis {
namespace {

constexpr double kExpectedMin = 5;
constexpr std::size_t kModuliMin = ResidueTest::kModuliMin;
constexpr std::size_t kModuliMax = ResidueTest::kModuliMax;

/// Where the residues of modulus q begin among all classes.
constexpr std::size_t first_class(std::size_t modulus) {
  return modulus * (modulus - 1) / 2 - kModuliMin * (kModuliMin - 1) / 2;
}
constexpr std::size_t kClasses = first_class(kModuliMax + 1);

/// Every modulus divides one of these, so that a win is counted twice instead of once for each.
constexpr std::array<std::size_t, 2> kCycles{720, 2002};  // 2⁴·3²·5 and 2·7·11·13

constexpr std::size_t cycle_of(std::size_t modulus) {
  for (std::size_t cycle = 0; cycle < kCycles.size(); ++cycle)
    if (kCycles[cycle] % modulus == 0) return cycle;
  return kCycles.size();
}
static_assert([] {
  for (std::size_t modulus = kModuliMin; modulus <= kModuliMax; ++modulus)
    if (cycle_of(modulus) == kCycles.size()) return false;
  return true;
}());

/// Wins by their place modulo `cycle`.
std::vector<std::uint64_t> count_in_cycle(const WinSequence& sequence, std::size_t cycle) {
  std::vector<std::uint64_t> counts(cycle);
  std::size_t residue = 0;
  for (std::uint64_t place = 0; place < sequence.size(); ++place) {
    counts[residue] += sequence.won(place) ? 1 : 0;
    residue = residue + 1 == cycle ? 0 : residue + 1;
  }
  return counts;
}

std::vector<std::uint64_t> count_wins(const WinSequence& sequence) {
  std::array<std::vector<std::uint64_t>, kCycles.size()> in_cycle;
  for (std::size_t cycle = 0; cycle < kCycles.size(); ++cycle)
    in_cycle[cycle] = count_in_cycle(sequence, kCycles[cycle]);
  std::vector<std::uint64_t> counts(kClasses);
  for (std::size_t modulus = kModuliMin; modulus <= kModuliMax; ++modulus) {
    const std::vector<std::uint64_t>& wins = in_cycle[cycle_of(modulus)];
    const std::size_t used = std::min<std::uint64_t>(wins.size(), sequence.size());
    for (std::size_t first = 0; first < used; first += modulus) {
      const std::size_t end = std::min(modulus, used - first);
      for (std::size_t residue = 0; residue < end; ++residue)
        counts[first_class(modulus) + residue] += wins[first + residue];
    }
  }
  return counts;
}

double deviation(Tally all, double pairs, double heads, double tails, double length) {
  const double share = static_cast<double>(all.wins) / static_cast<double>(all.members);
  return pairs - share * (heads + tails) + length * share * share;
}

}  // namespace

std::uint64_t WinSequence::pairs(std::uint64_t lag) const {
  const std::uint64_t skip = lag / kBits;
  const std::uint64_t shift = lag % kBits;
  std::uint64_t count = 0;
  for (std::size_t word = 0; word + skip < words_.size(); ++word) {
    std::uint64_t later = words_[word + skip] >> shift;
    if (shift > 0 && word + skip + 1 < words_.size()) {
      later |= words_[word + skip + 1] << (kBits - shift);
    }
    count += static_cast<std::uint64_t>(std::popcount(words_[word] & later));
  }
  return count;
}

RunsSum count_runs(const WinSequence& sequence) {
  if (sequence.size() == 0) return {};
  const auto size = static_cast<double>(sequence.size());
  const auto wins = static_cast<double>(sequence.wins());
  // A run of wins ends at each win that no win follows.
  const double clumps = wins - static_cast<double>(sequence.pairs(1));
  const bool first = sequence.won(0);
  const bool last = sequence.won(sequence.size() - 1);
  const double gaps = clumps + 1 - (first ? 1 : 0) - (last ? 1 : 0);
  const double product = 2 * wins * (size - wins);
  RunsSum sum{.runs = clumps + (wins == 0 ? 1 : gaps), .mean = 1 + product / size, .variance = 0};
  if (size > 1) sum.variance = product * (product - size) / (size * size * (size - 1));
  return sum;
}

std::optional<RunsTest> test_runs(std::span<const RunsSum> rounds) {
  RunsSum all;
  double changes = 0;
  double changes_mean = 0;
  for (const RunsSum& round : rounds) {
    if (round.variance <= 0) continue;
    all.runs += round.runs;
    all.mean += round.mean;
    all.variance += round.variance;
    changes += round.runs - 1;
    changes_mean += round.mean - 1;
  }
  if (all.variance <= 0) return std::nullopt;
  RunsTest test;
  test.z = (all.runs - all.mean) / std::sqrt(all.variance);
  test.p_value = normal_two_sided(test.z);
  test.after_win = 1 - changes / changes_mean;
  return test;
}

std::optional<double> ljung_box(const WinSequence& sequence) {
  const Tally all = sequence.tally();
  if (all.members < 2 * kLags || all.wins == 0 || all.wins == all.members) return std::nullopt;
  const auto size = static_cast<double>(all.members);
  const auto wins = static_cast<double>(all.wins);
  const double spread = wins * (size - wins) / size;
  double sum = 0;
  double first_wins = 0;  // among the first `lag`
  double last_wins = 0;
  for (std::uint64_t lag = 1; lag <= kLags; ++lag) {
    first_wins += sequence.won(lag - 1) ? 1 : 0;
    last_wins += sequence.won(all.members - lag) ? 1 : 0;
    const double length = size - static_cast<double>(lag);
    const double correlation = deviation(all, static_cast<double>(sequence.pairs(lag)),
                                         wins - last_wins, wins - first_wins, length) /
                               spread;
    sum += correlation * correlation / length;
  }
  return size * (size + 2) * sum;
}

void ResidueTest::add(const WinSequence& sequence) {
  std::vector<std::uint64_t> members(kClasses);
  for (std::size_t modulus = kModuliMin; modulus <= kModuliMax; ++modulus) {
    for (std::size_t residue = 0; residue < modulus; ++residue) {
      members[first_class(modulus) + residue] = (sequence.size() + modulus - 1 - residue) / modulus;
    }
  }
  add_round(sequence.tally(), members, count_wins(sequence));
}

void ResidueTest::add(const WinSequence& present, const WinSequence& wins) {
  FAIRRUSH_ASSERT(present.size() == wins.size());
  add_round({present.wins(), wins.wins()}, count_wins(present), count_wins(wins));
}

void ResidueTest::add_round(Tally all, const Counts& members, const Counts& wins) {
  const double variance = draw_variance(all);
  if (variance <= 0) return;
  const double share = static_cast<double>(all.wins) / static_cast<double>(all.members);
  classes_.resize(kClasses);
  for (std::size_t place = 0; place < kClasses; ++place) {
    Class& residue = classes_[place];
    const auto count = static_cast<double>(members[place]);
    residue.tally.members += members[place];
    residue.tally.wins += wins[place];
    residue.excess += static_cast<double>(wins[place]) - count * share;
    residue.variance += count * variance;
    residue.expected += count * std::min(share, 1 - share);
  }
}

std::vector<ResidueTest::Result> ResidueTest::results() const {
  std::vector<Result> results;
  if (classes_.empty()) return results;
  for (std::size_t modulus = kModuliMin; modulus <= kModuliMax; ++modulus) {
    const auto residues = std::span(classes_).subspan(first_class(modulus), modulus);
    if (std::ranges::min(residues, {}, &Class::expected).expected < kExpectedMin) continue;
    Result result{.modulus = modulus};
    double best = 0;
    double worst = 1;
    for (const Class& residue : residues) {
      result.statistic += residue.excess * residue.excess / residue.variance;
      const double rate =
          static_cast<double>(residue.tally.wins) / static_cast<double>(residue.tally.members);
      best = std::max(best, rate);
      worst = std::min(worst, rate);
    }
    result.p_value = chi_squared_upper(result.statistic, static_cast<double>(modulus - 1));
    result.gap = best - worst;
    results.push_back(result);
  }
  return results;
}

}  // namespace fairrush::analysis
