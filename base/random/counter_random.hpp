#pragma once

#include <cstdint>

namespace fairrush {

/// Names an independent stream of numbers of one seed, so that no two uses of the same index share
/// a number. Values are part of every plan: never reuse or renumber.
enum class Stream : std::uint64_t {
  persona = 1,
  cohort = 2,
  one_way_delay = 3,
  reservation_order = 4,
  reservation_time = 5,
  claim_order = 6,
  claim_time = 7,
  show_up = 8,
  persona_timing = 9,
  idempotency_key = 10,
  fairness_draws = 11,
  round = 12,
  status_read = 13,
  redemption = 14,
  simulated_service = 15,
  simulated_jitter = 16,
  simulated_secrets = 17,
  loss = 18,
  user_uuid = 19,
  selftest_delays = 20,
};

/// A random number as a function of (seed, stream, index): the same on every thread, process and
/// machine, in any order, without state. Mixes the three words with the finaliser of SplitMix64
/// (Steele, Lea, Flood 2014), applied between every two words; not for secrets.
class CounterRandom {
 public:
  constexpr CounterRandom(std::uint64_t seed, Stream stream)
      : key_(mix(seed + kGolden * static_cast<std::uint64_t>(stream))) {}

  /// 64 uniform bits for `index`; `draw` numbers further independent values of the same index.
  constexpr std::uint64_t bits(std::uint64_t index, std::uint64_t draw = 0) const {
    return mix(mix(key_ ^ (index + kGolden)) + draw * kGolden);
  }

  /// Uniform on the open interval (0, 1): never 0 and never 1, so that log and quantile functions
  /// stay finite. 2⁻⁵³ apart.
  constexpr double uniform(std::uint64_t index, std::uint64_t draw = 0) const {
    return (static_cast<double>(bits(index, draw) >> 12) + 0.5) * 0x1p-52;
  }

 private:
  static constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;

  static constexpr std::uint64_t mix(std::uint64_t word) {
    word ^= word >> 30;
    word *= 0xBF58476D1CE4E5B9;
    word ^= word >> 27;
    word *= 0x94D049BB133111EB;
    return word ^ (word >> 31);
  }

  std::uint64_t key_;
};

}  // namespace fairrush
