#include "tests/unit/reports/support/sample_parts.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/invariants/check.hpp"
#include "analysis/round_checks.hpp"
#include "base/assert.hpp"

namespace fairrush::reports::testing {

using analysis::CheckResult;
using analysis::CheckVerdict;

analysis::Histogram histogram_of(std::uint64_t count, LatencyShape shape) {
  analysis::Histogram histogram;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double quantile = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    const double value_ms = shape.median_ms * std::pow(0.5 / (1 - quantile), shape.tail);
    // Whole microseconds: the last bits of pow() differ between machines.
    histogram.record(static_cast<std::uint64_t>(std::llround(value_ms * 1000)) * 1000);
  }
  return histogram;
}

namespace {

constexpr std::int64_t kStepNs = 100'000'000;

/// Clicks between two times after the opening.
double clicks_between(const RushShape& shape, double from_s, double to_s) {
  if (to_s <= 0) return 0;
  return shape.users *
         (std::exp(-std::max(from_s, 0.0) / shape.mean_s) - std::exp(-to_s / shape.mean_s));
}

}  // namespace

analysis::TimeSeries series_of(const RushShape& shape) {
  analysis::TimeSeries series{.step = Duration{kStepNs}, .points = {}};
  double clicks_so_far = 0;
  std::uint32_t claims_before = 0;
  std::uint32_t wins_before = 0;
  const std::int64_t reservation_ns = shape.reservation.close_ns - shape.reservation.open_ns;
  for (std::int64_t at = 0; at < shape.rush.close_ns; at += kStepNs) {
    analysis::TimePoint point{.start_ns = at};
    if (at >= shape.reservation.open_ns && at < shape.reservation.close_ns) {
      point.reservations = static_cast<std::uint32_t>(shape.users * kStepNs / reservation_ns);
    }
    const double from_s = static_cast<double>(at - shape.rush.open_ns) / 1e9;
    const double clicks = clicks_between(shape, from_s, from_s + 0.1);
    clicks_so_far += clicks;
    const auto claims = static_cast<std::uint32_t>(std::lround(clicks_so_far));
    point.claims = claims - claims_before;
    const auto wins = std::min(
        shape.coupons, static_cast<std::uint32_t>(std::lround(clicks_so_far * shape.win_share)));
    point.wins = wins - wins_before;
    point.losses = point.claims - std::min(point.claims, point.wins);
    point.in_flight_max = static_cast<std::uint32_t>(std::ceil(clicks / 0.1 * shape.service_s));
    claims_before = claims;
    wins_before = wins;
    series.points.push_back(point);
  }
  return series;
}

analysis::LoadFigures load_of(const analysis::TimeSeries& series, double claims_per_second_max) {
  analysis::LoadFigures load;
  add_round(load, {series, claims_per_second_max}, 0);
  return load;
}

std::vector<CheckResult> passing_checks() {
  const auto pass = [](const std::string& id, std::string name, std::string finding) {
    return CheckResult{.id = id,
                       .name = std::move(name),
                       .rule = std::string(analysis::check_with(id).rule),
                       .verdict = CheckVerdict::pass,
                       .finding = std::move(finding),
                       .examples = {}};
  };
  return {
      pass("I1", "no oversell", "59 coupons issued, 59 available."),
      pass("I2", "no under-issue",
           "All 59 coupons were issued; 236 users were told there is none."),
      pass("I3", "coupon unique", "59 coupons, each with one owner."),
      pass("I4", "one per user", "No user holds more than one coupon."),
      pass("I5", "no lost ack", "All 59 acknowledged coupons are in the ledger."),
      pass("I6", "no phantom", "All 59 rows of the ledger were acknowledged to their user."),
      pass("I7", "eligibility", "All 59 winners are on the roster."),
      pass("I8", "window", "No win outside the window, no punctual claim refused as outside."),
      pass("I14", "draw conformity",
           "The draw recomputed from the published secret gives the 59 winners that were issued; "
           "32 proofs verify."),
      pass("I17", "roster and quota", "295 reservations acknowledged, 295 announced; C = 59."),
      pass("I19", "termination", "All 627 attempts ended by their deadline."),
      pass("I20", "instrument", "Sent at most 1.92 ms late at p99; nothing unsent."),
  };
}

std::vector<CheckResult> over_rounds(const std::vector<std::vector<CheckResult>>& rounds) {
  analysis::RoundChecks checks;
  std::uint32_t number = 0;
  for (const auto& round : rounds) checks.add(round, number++);
  return checks.finish(rounds.size());
}

CheckResult& check_in(std::vector<CheckResult>& checks, std::string_view id) {
  const auto found = std::ranges::find(checks, id, &CheckResult::id);
  FAIRRUSH_ASSERT(found != checks.end());
  return *found;
}

std::vector<analysis::SightingResult> sightings_of(std::uint64_t times) {
  return {{"a win", true, times},
          {"a loss", true, times * 4},
          {"a rejected duplicate", true, times / 4},
          {"a refused intruder", true, times / 20},
          {"a refused early claim", true, times / 20},
          {"a refused late claim", false, 0},
          {"an identical idempotent answer", true, times / 7},
          {"90 % of the planned claims inside the window", true, times * 5},
          {"contention when the stock ran out", false, 0}};
}

}  // namespace fairrush::reports::testing
