#include "loadgen/selftest/accuracy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>
#include <utility>

namespace fairrush::loadgen {
namespace {

constexpr std::size_t kP50 = 0;
constexpr std::size_t kP99 = 2;

/// The smallest of `sorted` such that at least `quantile` of all are at most it.
std::uint64_t quantile_of(std::span<const std::uint64_t> sorted, double quantile) {
  if (sorted.empty()) return 0;
  const auto count = static_cast<double>(sorted.size());
  const auto rank = static_cast<std::size_t>(std::ceil(quantile * count));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

Errors errors_of(const analysis::Histogram& reported, std::vector<std::uint64_t>& truth_ns) {
  std::ranges::sort(truth_ns);
  Errors errors{};
  for (std::size_t place = 0; place < errors.size(); ++place) {
    const double quantile = kAccuracyQuantiles[place];
    const std::uint64_t truth = quantile_of(truth_ns, quantile);
    errors[place] = {.truth_ns = truth,
                     .error_ns = static_cast<std::int64_t>(reported.value_at(quantile)) -
                                 static_cast<std::int64_t>(truth)};
  }
  return errors;
}

std::string microseconds(auto ns) {
  return fmt::format("{:.0f} µs", static_cast<double>(ns) / 1e3);
}

void judge(std::vector<std::string>& broken, std::string_view what, const QuantileError& error,
           std::int64_t fixed_ns) {
  const auto allowed_ns =
      fixed_ns + static_cast<std::int64_t>(kRelativeErrorMax * static_cast<double>(error.truth_ns));
  if (std::abs(error.error_ns) <= allowed_ns) return;
  broken.push_back(fmt::format("{} is {} off (at most {})", what, microseconds(error.error_ns),
                               microseconds(allowed_ns)));
}

std::uint64_t magnitude(const QuantileError& error) {
  return static_cast<std::uint64_t>(std::abs(error.error_ns));
}

/// The one that `one` was played in; added when it is the first of it.
WiringAccuracy& wiring_of(std::vector<WiringAccuracy>& wirings, const CaseAccuracy& one) {
  const auto found = std::ranges::find_if(wirings, [&one](const WiringAccuracy& wiring) {
    return wiring.transport == one.transport && wiring.pacing == one.pacing;
  });
  if (found != wirings.end()) return *found;
  return wirings.emplace_back(WiringAccuracy{.transport = one.transport, .pacing = one.pacing});
}

}  // namespace

CaseAccuracy accuracy_of(Observed observed) {
  CaseAccuracy result{.target = std::move(observed.target),
                      .pacing = std::move(observed.pacing),
                      .transport = std::move(observed.transport),
                      .wire = errors_of(observed.wire, observed.wire_truth_ns),
                      .click = errors_of(observed.click, observed.click_truth_ns),
                      .lag_p50_ns = observed.lag.value_at(0.5),
                      .lag_p99_ns = observed.lag.value_at(0.99),
                      .lag_max_ns = observed.lag.max(),
                      .planned = observed.planned,
                      .answered = observed.wire.count(),
                      .rate_planned = observed.rate_planned,
                      .rate_achieved = observed.rate_achieved,
                      .broken = {}};
  const auto pacing_ns = static_cast<std::int64_t>(observed.click_p50_max_ns);
  judge(result.broken, "p50 on the wire", result.wire[kP50], kErrorP50Max_ns);
  judge(result.broken, "p99 on the wire", result.wire[kP99], kErrorP99Max_ns);
  judge(result.broken, "p50 from the click", result.click[kP50], kErrorP50Max_ns + pacing_ns);
  judge(result.broken, "p99 from the click", result.click[kP99], kErrorP99Max_ns + pacing_ns);
  const bool all_answered =
      result.answered == result.planned && observed.wire_truth_ns.size() == result.planned;
  if (!all_answered) {
    result.broken.push_back(
        fmt::format("{} of {} requests were answered", result.answered, result.planned));
  }
  if (std::abs(result.rate_achieved / result.rate_planned - 1) > kRateErrorMax) {
    result.broken.push_back(fmt::format("{:.0f} requests a second instead of {:.0f}",
                                        result.rate_achieved, result.rate_planned));
  }
  return result;
}

Accuracy accuracy_of_all(std::vector<CaseAccuracy> cases) {
  Accuracy all{.cases = std::move(cases)};
  for (const CaseAccuracy& one : all.cases) {
    WiringAccuracy& wiring = wiring_of(all.wirings, one);
    ++wiring.cases;
    wiring.error_p50_ns = std::max(wiring.error_p50_ns, magnitude(one.wire[kP50]));
    wiring.error_p99_ns = std::max(wiring.error_p99_ns, magnitude(one.wire[kP99]));
    wiring.click_error_p99_ns = std::max(wiring.click_error_p99_ns, magnitude(one.click[kP99]));
    wiring.passed = wiring.passed && one.broken.empty();
  }
  all.passed = !all.cases.empty() && std::ranges::all_of(all.wirings, &WiringAccuracy::passed);
  return all;
}

std::string trust_text(const Accuracy& accuracy) {
  std::string text =
      "What was reported is off by at most, in the worst case; differences below that say nothing "
      "about a target:";
  for (const WiringAccuracy& wiring : accuracy.wirings) {
    text += fmt::format(
        "\n  over {}, {} pacing, {} cases: {} at p50 and {} at p99 on the wire, {} at p99 from the "
        "click",
        wiring.transport, wiring.pacing, wiring.cases, microseconds(wiring.error_p50_ns),
        microseconds(wiring.error_p99_ns), microseconds(wiring.click_error_p99_ns));
  }
  if (accuracy.passed) return text + "\nEvery case is within its bars.";
  text += "\nBeyond its bar:";
  for (const CaseAccuracy& one : accuracy.cases) {
    for (const std::string& clause : one.broken) {
      text += fmt::format("\n  {}, {}, {}: {}", one.target, one.pacing, one.transport, clause);
    }
  }
  return text +
         "\nDo not believe finer figures of such runs on this machine. Let it do nothing else, use "
         "a release build and connections.pacing = \"precise\", and measure again.";
}

}  // namespace fairrush::loadgen
