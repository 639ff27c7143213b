#include "analysis/figures/plan_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>

namespace fairrush::analysis {
namespace {

/// Quantile of Kolmogorov's distribution that one phase in a million exceeds by chance.
constexpr double kChance = 2.7;
/// Quantiles beyond this share from either end stand for too few users to be shown.
constexpr double kTail = 0.01;

using Times = std::vector<std::int64_t>;

/// How many of `times`, which ascend, are at most `time_ns`.
std::size_t count_until(const Times& times, std::int64_t time_ns) {
  return static_cast<std::size_t>(std::ranges::upper_bound(times, time_ns) - times.begin());
}

/// The greatest number of times by which `ahead`, moved by `shift_ns`, is ahead of `behind`. Both
/// ascend. It is reached at one of the times of `ahead`.
std::size_t lead(const Times& ahead, const Times& behind, std::int64_t shift_ns) {
  std::size_t most = 0;
  std::size_t passed = 0;
  for (std::size_t place = 0; place < ahead.size(); ++place) {
    while (passed < behind.size() && behind[passed] <= ahead[place] + shift_ns) ++passed;
    if (place + 1 > passed) most = std::max(most, place + 1 - passed);
  }
  return most;
}

/// The distance of the two, of `count` users in all, where a difference of `tolerance_ns` is none.
double distance(const Times& intended, const Times& left, std::int64_t tolerance_ns,
                std::uint64_t count) {
  const std::size_t most =
      std::max(lead(intended, left, tolerance_ns), lead(left, intended, tolerance_ns));
  return static_cast<double>(most) / static_cast<double>(count);
}

/// The greatest distance of a quantile of `left` from that of `intended`, with its sign.
std::int64_t greatest_shift(const Times& intended, const Times& left) {
  const auto tail = static_cast<std::size_t>(kTail * static_cast<double>(intended.size()));
  std::int64_t greatest = 0;
  for (std::size_t place = tail; place + tail < intended.size() && place < left.size(); ++place) {
    const std::int64_t shift = left[place] - intended[place];
    if (std::abs(shift) > std::abs(greatest)) greatest = shift;
  }
  return greatest;
}

/// P(click ≤ t) of a shape given by equidistant quantiles: the least and the greatest value where
/// part of the clicks falls on one instant.
struct Band {
  double low;
  double high;
};

Band shape_at(const Times& quantiles, std::int64_t t_ns) {
  const auto parts = static_cast<double>(quantiles.size() - 1);
  const auto from = std::ranges::lower_bound(quantiles, t_ns) - quantiles.begin();
  const auto until = std::ranges::upper_bound(quantiles, t_ns) - quantiles.begin();
  if (until == 0) return {0, 0};
  if (from == std::ssize(quantiles)) return {1, 1};
  if (from < until) {
    return {static_cast<double>(from) / parts, static_cast<double>(until - 1) / parts};
  }
  const auto right = static_cast<std::size_t>(from);
  const auto left_ns = static_cast<double>(quantiles[right - 1]);
  const double step_ns = static_cast<double>(quantiles[right]) - left_ns;
  const double part =
      (static_cast<double>(from - 1) + (static_cast<double>(t_ns) - left_ns) / step_ns) / parts;
  return {part, part};
}

double distance_from_shape(const Times& intended, const Times& quantiles, std::int64_t opening_ns) {
  const auto count = static_cast<double>(intended.size());
  double most = 0;
  for (std::size_t place = 0; place < intended.size(); ++place) {
    const Band shape = shape_at(quantiles, intended[place] - opening_ns);
    const auto until = static_cast<double>(count_until(intended, intended[place])) / count;
    most = std::max({most, shape.low - until, static_cast<double>(place) / count - shape.high});
  }
  return most;
}

/// The clicks of one phase that its shape moves.
struct Clicks {
  Times intended;
  Times left;              ///< of those that were sent: sending time less the user's one-way delay
  std::uint64_t held = 0;  ///< of those, never sent because the target held every connection
};

/// Whether it was to be sent, as far as the instrument and its connections go.
bool was_to_leave(const AttemptRecord& record, const RunFacts& facts) {
  if (record.sent()) return true;
  const Reason why = record.why();
  if (why == Reason::connections_held || why == Reason::ports_exhausted ||
      why == Reason::descriptors_exhausted)
    return true;
  const bool from_outside = facts.interrupted && !facts.instrument_failure;
  return why == Reason::stopped_before_sending && !from_outside;
}

bool follows_shape(const AttemptRecord& record, const ArrivalFacts& arrivals) {
  if (record.operation() == Op::reserve) return record.try_number == 0;
  if (record.operation() != Op::claim || record.persona >= arrivals.claim_tries.size())
    return false;
  return arrivals.claim_tries[record.persona] == record.try_number;
}

PlanFit fit_of(Op op, Clicks& clicks, const Times& quantiles, std::int64_t opening_ns) {
  std::ranges::sort(clicks.intended);
  std::ranges::sort(clicks.left);
  const std::uint64_t count = clicks.intended.size();
  const double chance = kChance / std::sqrt(static_cast<double>(count));
  const double grid = 1 / static_cast<double>(quantiles.size() - 1);
  return {
      .op = op,
      .clicks = count,
      .unsent = count - clicks.left.size() - clicks.held,
      .off_shape = distance_from_shape(clicks.intended, quantiles, opening_ns),
      .off_shape_max = chance + grid,
      .off_plan = distance(clicks.intended, clicks.left, 0, count),
      .off_plan_in_time = distance(clicks.intended, clicks.left, PlanFit::kOffPlanTimeNs, count),
      .shift_max_ns = greatest_shift(clicks.intended, clicks.left)};
}

}  // namespace

std::vector<PlanFit> plan_fits(const RunIndex& index) {
  const auto& arrivals = index.facts().arrivals;
  if (!arrivals) return {};
  Clicks reservations;
  Clicks claims;
  index.for_each_attempt([&](const AttemptRecord& record, std::string_view) {
    if (!follows_shape(record, *arrivals) || !was_to_leave(record, index.facts())) return;
    Clicks& clicks = record.operation() == Op::reserve ? reservations : claims;
    clicks.intended.push_back(record.intended_ns);
    const std::int64_t delay_ns = static_cast<std::int64_t>(record.delay_us) * 1000;
    if (record.why() == Reason::connections_held) ++clicks.held;
    if (record.sent()) clicks.left.push_back(record.first_byte_out_ns - delay_ns);
  });
  std::vector<PlanFit> fits;
  const auto add = [&fits](Op op, Clicks& clicks, const Times& quantiles, const Window& window) {
    if (clicks.intended.empty() || quantiles.size() < 2) return;
    fits.push_back(fit_of(op, clicks, quantiles, window.open_ns));
  };
  add(Op::reserve, reservations, arrivals->reserve_quantiles_ns, index.round().reservation);
  add(Op::claim, claims, arrivals->rush_quantiles_ns, index.round().rush);
  return fits;
}

void add_round(std::vector<PlanFit>& fits, const std::vector<PlanFit>& round) {
  for (const PlanFit& fit : round) {
    const auto known = std::ranges::find(fits, fit.op, &PlanFit::op);
    if (known == fits.end()) {
      fits.push_back(fit);
      continue;
    }
    known->clicks += fit.clicks;
    known->unsent += fit.unsent;
    // A distance is worth what its bar makes of it: both go together.
    if (fit.off_shape / fit.off_shape_max > known->off_shape / known->off_shape_max) {
      known->off_shape = fit.off_shape;
      known->off_shape_max = fit.off_shape_max;
    }
    known->off_plan = std::max(known->off_plan, fit.off_plan);
    known->off_plan_in_time = std::max(known->off_plan_in_time, fit.off_plan_in_time);
    if (std::abs(fit.shift_max_ns) > std::abs(known->shift_max_ns)) {
      known->shift_max_ns = fit.shift_max_ns;
    }
  }
}

std::string describe(const PlanFit& fit) {
  return fmt::format("{} left {:.2g} % of users off the plan, at most {} {} it",
                     fit.op == Op::reserve ? "reservations" : "claims", fit.off_plan * 100,
                     format_duration(Duration(std::abs(fit.shift_max_ns))),
                     fit.shift_max_ns < 0 ? "ahead of" : "behind");
}

}  // namespace fairrush::analysis
