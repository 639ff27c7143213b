#include "analysis/latency/lags.hpp"

#include "analysis/latency/histogram.hpp"

namespace fairrush::analysis {
namespace {

/// 1, 2, 5, 10, 20, 50 …
std::uint64_t next_bound(std::uint64_t bound) {
  std::uint64_t power = 1;
  while (bound >= power * 10) power *= 10;
  return bound == power * 2 ? power * 5 : bound * 2;
}

}  // namespace

std::vector<CountedDelay> counted(const Histogram& delays) {
  std::vector<CountedDelay> counted;
  for (const Histogram::Bucket& bucket : delays.buckets()) {
    counted.push_back({.delay_ns = bucket.highest, .count = bucket.count});
  }
  return counted;
}

std::vector<LagStep> lag_steps(const Histogram& lag) {
  std::vector<LagStep> steps;
  std::uint64_t bound_ns = 10'000;
  for (const Histogram::Bucket& bucket : lag.buckets()) {
    while (bucket.highest > bound_ns) bound_ns = next_bound(bound_ns);
    if (steps.empty() || steps.back().up_to_ns != bound_ns) steps.push_back({bound_ns, 0});
    steps.back().clicks += bucket.count;
  }
  if (!steps.empty()) steps.back().up_to_ns = lag.max();
  return steps;
}

}  // namespace fairrush::analysis
