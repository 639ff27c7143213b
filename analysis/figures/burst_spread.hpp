#pragma once

#include <cstdint>
#include <optional>

#include "analysis/invariants/run_index.hpp"

namespace fairrush::analysis {

/// The winning claims of a round as the instrument sent them, against the moments at which the
/// target's ledger says that it issued their coupons. Spreads are those of the middle 98 %, from
/// the first to the 99th percentile.
///
/// What a moment of issue is, the target decides. The reference server notes when a claim had
/// arrived in whole, whatever the design, so that there the figure shows what network, listen queue
/// and kernel made of the burst; a service that notes its commit shows its own queues, too; one
/// that drew before the rush shows a delay below zero.
struct BurstSpread {
  std::uint32_t round = 0;    ///< 0-based
  std::uint64_t winners = 0;  ///< coupons with a time of issue and a claim that left
  std::int64_t sent_spread_ns = 0;
  std::int64_t issued_spread_ns = 0;
  std::int64_t delay_p50_ns = 0;  ///< from a claim's first byte to the issue
  std::int64_t delay_p99_ns = 0;
  /// Of a moment of issue on the run's clock: how well the target's clock is known, and the unit in
  /// which it wrote the moment down.
  std::int64_t uncertainty_ns = 0;

  std::int64_t widened_ns() const { return issued_spread_ns - sent_spread_ns; }
  /// Wider by more than `kWidenedMaxNs` beyond what nobody knows, and by more than
  /// `kWidenedShareMax`.
  bool is_wider() const;

  static constexpr std::int64_t kWidenedMaxNs = 100'000'000;
  static constexpr double kWidenedShareMax = 0.10;
};

/// Of one round; unset where no coupon has both times. O(winners log winners).
std::optional<BurstSpread> burst_spread(const RunIndex& index);

/// Keeps the one of the round whose burst became wider.
void add_round(std::optional<BurstSpread>& widest, const std::optional<BurstSpread>& round);

}  // namespace fairrush::analysis
