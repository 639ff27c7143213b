#include "loadgen/simulation/closed_form.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/assert.hpp"
#include "loadgen/plan.hpp"

namespace fairrush::loadgen {
namespace {

constexpr int kBisections = 60;  // halves a day's nanoseconds to less than one

double nanoseconds(Duration duration) {
  return static_cast<double>(duration.count());
}

/// Whether a user's claim in the window can win a coupon.
bool competes(Persona persona) {
  return persona != Persona::intruder && persona != Persona::latecomer;
}

/// The straight line nearest to points that come one by one.
struct LeastSquares {
  double count = 0, x_sum = 0, y_sum = 0, squares = 0, products = 0;

  void add(double x, double y, double weight) {
    count += weight;
    x_sum += weight * x;
    y_sum += weight * y;
    squares += weight * x * x;
    products += weight * x * y;
  }
  /// 0 where all x are equal.
  double slope() const {
    const double variance = count * squares - x_sum * x_sum;
    return variance > 0 ? (count * products - x_sum * y_sum) / variance : 0;
  }
};

/// Who stands against whom, as far as their expected numbers tell.
struct Competition {
  std::vector<DelayClass> classes;  ///< of those who compete
  double roster = 0;
  double coupons = 0;
  double claims = 0;
  bool by_shape = true;  ///< all of them click when the shape of the arrivals says

  Competition(const Scenario& scenario, const Crowd& crowd) {
    std::map<std::uint32_t, std::uint64_t> users;  // by delay in steps
    std::uint64_t competing = 0;
    std::uint64_t reserving = 0;
    for (std::uint32_t index = 0; index < crowd.size(); ++index) {
      const UserTraits& traits = crowd.of(UserIndex(index));
      if (traits.persona != Persona::intruder) ++reserving;
      if (!competes(traits.persona)) continue;
      by_shape = by_shape && Plan::try_in_stream(traits.persona).has_value();
      ++competing;
      ++users[traits.delay_us / kStepUs];
    }
    for (const auto& [step, count] : users) {
      const auto middle_us = static_cast<std::int64_t>(step) * kStepUs + kStepUs / 2;
      classes.push_back({.delay = std::chrono::microseconds(middle_us),
                         .share = static_cast<double>(count) / static_cast<double>(competing)});
    }
    roster = static_cast<double>(reserving);
    coupons = static_cast<double>(scenario.coupons.coupons(reserving));
    claims = static_cast<double>(competing) * scenario.show_up.of_one;
  }

 private:
  static constexpr std::uint32_t kStepUs = 100;  // too little to matter beside any arrival spread
};

double claimed_by(const ClickDistribution& clicks, std::span<const DelayClass> classes,
                  double t_ns) {
  double sum = 0;
  for (const DelayClass& users : classes) {
    sum += users.share * clicks.at(t_ns - nanoseconds(users.delay));
  }
  return sum;
}

}  // namespace

FirstComeFirstServed::FirstComeFirstServed(const ClickDistribution& clicks,
                                           std::span<const DelayClass> classes, double rate)
    : clicks_(clicks) {
  FAIRRUSH_ASSERT(!classes.empty());
  const auto slowest = std::ranges::max(classes, {}, &DelayClass::delay);
  double low = 0;
  double high = clicks.quantile(1) + nanoseconds(slowest.delay);
  for (int step = 0; step < kBisections && rate < 1; ++step) {
    const double middle = (low + high) / 2;
    (claimed_by(clicks, classes, middle) < rate ? low : high) = middle;
  }
  sold_out_ns_ = high;
}

double FirstComeFirstServed::win_probability(Duration delay) const {
  return clicks_.at(sold_out_ns_ - nanoseconds(delay));
}

Duration FirstComeFirstServed::sold_out_after() const {
  return Duration(std::llround(sold_out_ns_));
}

std::optional<ExpectedCurve> expect_first_come(const Scenario& scenario, const Crowd& crowd,
                                               const DelayBins& bins) {
  const Duration window = Plan::rush_span(scenario);
  const auto clicks = make_distribution(scenario.arrivals, window);
  const Competition competition(scenario, crowd);
  if (!clicks || !clicks->has_density() || !competition.by_shape || competition.claims <= 0) {
    return std::nullopt;
  }
  const FirstComeFirstServed design(*clicks, competition.classes,
                                    competition.coupons / competition.claims);
  ExpectedCurve curve{.rates = std::vector<double>(bins.size()), .pp_per_10ms = 0};
  std::vector<double> claims(bins.size());
  LeastSquares line;
  for (std::uint32_t index = 0; index < crowd.size(); ++index) {
    const UserTraits& traits = crowd.of(UserIndex(index));
    if (!competes(traits.persona)) continue;
    // A late click of a slow user arrives after the close and is none of the rush.
    const auto window_ns = static_cast<double>(window.count());
    const double inside = clicks->at(window_ns - static_cast<double>(traits.delay_ns()));
    if (inside <= 0) continue;
    const double wins = design.win_probability(Duration(traits.delay_ns()));
    const std::uint8_t bin = bins.bin_of(index);
    curve.rates[bin] += wins;
    claims[bin] += inside;
    line.add(static_cast<double>(traits.delay_us), std::min(1.0, wins / inside), inside);
  }
  for (std::size_t bin = 0; bin < claims.size(); ++bin) {
    if (claims[bin] > 0) curve.rates[bin] = std::min(1.0, curve.rates[bin] / claims[bin]);
  }
  curve.pp_per_10ms = line.slope() * kPointsPer10ms;
  return curve;
}

ExpectedCurve expect_draw(const Scenario& scenario, const Crowd& crowd, const DelayBins& bins) {
  const Competition competition(scenario, crowd);
  const double rate = competition.roster > 0 ? competition.coupons / competition.roster : 0;
  return {.rates = std::vector<double>(bins.size(), std::min(rate, 1.0)), .pp_per_10ms = 0};
}

}  // namespace fairrush::loadgen
