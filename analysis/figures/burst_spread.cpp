#include "analysis/figures/burst_spread.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace fairrush::analysis {
namespace {

constexpr std::int64_t kMillisecond_ns = 1'000'000;
constexpr std::int64_t kSecond_ms = 1000;

/// The smallest such that at least `quantile` of all are at most it; of `sorted`, not empty.
std::int64_t value_at(std::span<const std::int64_t> sorted, double quantile) {
  const auto rank =
      static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

std::int64_t spread_of(std::vector<std::int64_t>& times_ns) {
  std::ranges::sort(times_ns);
  return value_at(times_ns, 0.99) - value_at(times_ns, 0.01);
}

/// A moment of the target's clock on the run's; one that is years away is taken for the end of it.
std::int64_t run_time_ns(std::int64_t unix_ms, std::int64_t epoch_ms) {
  constexpr std::int64_t kFurthest_ms = kRecordTimeMax / kMillisecond_ns;
  return std::clamp(unix_ms - epoch_ms, -kFurthest_ms, kFurthest_ms) * kMillisecond_ns;
}

/// What both sides wrote down of the winning claims.
struct Moments {
  std::vector<std::int64_t> sent_ns;
  std::vector<std::int64_t> issued_ns;
  std::vector<std::int64_t> delays_ns;
  bool whole_seconds = true;  // every time of issue is one
};

Moments moments_of(const RunIndex& index, std::int64_t epoch_ms) {
  Moments moments;
  for (const LedgerRow& row : index.ledger()) {
    if (!row.issued_at_ms) continue;
    const std::int64_t sent = index.claims_of(index.slot_of(row.user)).coupon_invoked_ns();
    if (sent == kNever || sent == kAlways) continue;
    const std::int64_t issued = run_time_ns(*row.issued_at_ms, epoch_ms);
    moments.sent_ns.push_back(sent);
    moments.issued_ns.push_back(issued);
    moments.delays_ns.push_back(issued - sent);
    moments.whole_seconds = moments.whole_seconds && *row.issued_at_ms % kSecond_ms == 0;
  }
  return moments;
}

}  // namespace

bool BurstSpread::is_wider() const {
  return widened_ns() > kWidenedMaxNs + uncertainty_ns &&
         static_cast<double>(widened_ns()) > kWidenedShareMax * static_cast<double>(sent_spread_ns);
}

std::optional<BurstSpread> burst_spread(const RunIndex& index) {
  const auto epoch_ms = index.facts().epoch_ms;
  if (!epoch_ms || !index.has_ledger()) return std::nullopt;
  Moments moments = moments_of(index, *epoch_ms);
  if (moments.sent_ns.empty()) return std::nullopt;
  std::ranges::sort(moments.delays_ns);
  const std::int64_t unit_ns = (moments.whole_seconds ? kSecond_ms : 1) * kMillisecond_ns;
  return BurstSpread{.round = index.evidence().number,
                     .winners = moments.sent_ns.size(),
                     .sent_spread_ns = spread_of(moments.sent_ns),
                     .issued_spread_ns = spread_of(moments.issued_ns),
                     .delay_p50_ns = value_at(moments.delays_ns, 0.5),
                     .delay_p99_ns = value_at(moments.delays_ns, 0.99),
                     .uncertainty_ns = index.facts().instrument.clock_error_ns + unit_ns};
}

void add_round(std::optional<BurstSpread>& widest, const std::optional<BurstSpread>& round) {
  if (!round) return;
  if (!widest || round->widened_ns() > widest->widened_ns()) widest = round;
}

}  // namespace fairrush::analysis
