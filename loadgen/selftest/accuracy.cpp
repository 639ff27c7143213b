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

std::string microseconds(std::int64_t ns) {
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
  all.passed = !all.cases.empty();
  for (const CaseAccuracy& one : all.cases) {
    all.error_p50_ns = std::max(all.error_p50_ns, magnitude(one.wire[kP50]));
    all.error_p99_ns = std::max(all.error_p99_ns, magnitude(one.wire[kP99]));
    all.click_error_p99_ns = std::max(all.click_error_p99_ns, magnitude(one.click[kP99]));
    all.passed = all.passed && one.broken.empty();
  }
  return all;
}

std::string trust_text(const Accuracy& accuracy) {
  std::string text = fmt::format(
      "Answer times on the wire are right to {} at p50 and {} at p99, times from the click to {} "
      "at "
      "p99, in the worst of {} cases: differences below that say nothing about a target.",
      microseconds(static_cast<std::int64_t>(accuracy.error_p50_ns)),
      microseconds(static_cast<std::int64_t>(accuracy.error_p99_ns)),
      microseconds(static_cast<std::int64_t>(accuracy.click_error_p99_ns)), accuracy.cases.size());
  if (accuracy.passed) return text + " Every case is within its bars.";
  text += " Beyond its bar:";
  for (const CaseAccuracy& one : accuracy.cases) {
    for (const std::string& clause : one.broken) {
      text += fmt::format("\n  {}, {}, {}: {}", one.target, one.pacing, one.transport, clause);
    }
  }
  return text +
         "\nDo not believe finer figures of this machine. Let it do nothing else, use a release "
         "build and connections.pacing = \"precise\", and measure again.";
}

}  // namespace fairrush::loadgen
