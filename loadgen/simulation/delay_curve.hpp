#pragma once

#include <cstdint>
#include <vector>

#include "analysis/fairness/participants.hpp"
#include "loadgen/simulation/crowd.hpp"

namespace fairrush::loadgen {

/// Share per microsecond of delay → percentage points per 10 ms.
inline constexpr double kPointsPer10ms = 100.0 * 10'000.0;

/// Claims and wins of users whose delays are close to each other.
struct DelayBin {
  double delay_ms = 0;  ///< mean one-way delay of its users
  std::uint64_t users = 0;
  std::uint64_t claims = 0;
  std::uint64_t wins = 0;
};

/// The users in the order of their one-way delays, cut into bins of about equal size; users of one
/// delay are never parted, and what is left over joins the last bin. Immutable; any thread.
class DelayBins {
 public:
  static constexpr std::size_t kBinsMax = 20;

  explicit DelayBins(const Crowd& crowd);

  std::size_t size() const { return bins_.size(); }
  std::uint8_t bin_of(std::uint32_t user) const { return bin_of_[user]; }
  /// Without claims and wins.
  const std::vector<DelayBin>& bins() const { return bins_; }

 private:
  void join_small_tail(std::size_t wanted);

  std::vector<DelayBin> bins_;
  std::vector<std::uint8_t> bin_of_;
};

/// How winning depends on the one-way delay, over any number of rounds. Sums of whole numbers: the
/// order of additions does not matter. Value type.
class DelayCurve {
 public:
  explicit DelayCurve(std::size_t bins) : claims_(bins), wins_(bins) {}

  /// Takes in a round. O(participants).
  void add(const DelayBins& bins, const analysis::RoundParticipants& round);
  void add(const DelayCurve& other);

  std::vector<DelayBin> bins(const DelayBins& of) const;

  std::uint64_t claims() const { return count_; }
  std::uint64_t wins() const { return won_; }

  /// Slope of winning over the delay by least squares, in percentage points per 10 ms; negative
  /// where a slow network costs chances; 0 where all delays are equal.
  double pp_per_10ms() const;

 private:
  std::vector<std::uint64_t> claims_;
  std::vector<std::uint64_t> wins_;
  // In microseconds; squares of 4 s fit a million billion times into 128 bits.
  std::uint64_t count_ = 0;
  std::uint64_t won_ = 0;
  unsigned __int128 delay_sum_ = 0;
  unsigned __int128 delay_squares_ = 0;
  unsigned __int128 delay_of_winners_ = 0;
};

}  // namespace fairrush::loadgen
