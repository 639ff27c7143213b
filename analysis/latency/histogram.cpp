#include "analysis/latency/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/assert.hpp"

namespace fairrush::analysis {
namespace {

constexpr unsigned kExactBits = 11;  // values below 2¹¹ have their own bucket
constexpr std::size_t kHalf = std::size_t{1} << (kExactBits - 1);  // buckets of a power of two

/// Values of 2^(10+e) … 2^(11+e)−1 share e low bits; e = 0 below 2¹¹.
std::size_t bucket_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  if (width <= kExactBits) return static_cast<std::size_t>(value);
  const unsigned shift = width - kExactBits;
  return shift * kHalf + static_cast<std::size_t>(value >> shift);
}

struct Range {
  std::uint64_t lowest;
  std::uint64_t highest;
};

Range range_of(std::size_t bucket) {
  if (bucket < 2 * kHalf) return {bucket, bucket};
  const std::size_t shift = bucket / kHalf - 1;
  const std::uint64_t lowest = static_cast<std::uint64_t>(bucket - shift * kHalf) << shift;
  return {lowest, lowest + ((std::uint64_t{1} << shift) - 1)};
}

}  // namespace

void Histogram::record(std::uint64_t value_ns, std::uint64_t times) {
  if (times == 0) return;
  const std::size_t bucket = bucket_of(value_ns);
  if (bucket >= counts_.size()) counts_.resize((bucket / kHalf + 1) * kHalf);
  counts_[bucket] += times;
  count_ += times;
  min_ = std::min(min_, value_ns);
  max_ = std::max(max_, value_ns);
}

void Histogram::merge(const Histogram& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t bucket = 0; bucket < other.counts_.size(); ++bucket) {
    counts_[bucket] += other.counts_[bucket];
  }
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

Histogram Histogram::since(const Histogram& earlier) const {
  FAIRRUSH_ASSERT(earlier.counts_.size() <= counts_.size());
  Histogram recent;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    const std::uint64_t before = bucket < earlier.counts_.size() ? earlier.counts_[bucket] : 0;
    FAIRRUSH_ASSERT(before <= counts_[bucket]);
    recent.record(std::min(range_of(bucket).highest, max_), counts_[bucket] - before);
  }
  return recent;
}

std::uint64_t Histogram::count_up_to(std::uint64_t value_ns) const {
  if (value_ns >= max_) return count_;
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    if (range_of(bucket).highest > value_ns) break;
    count += counts_[bucket];
  }
  return count;
}

std::uint64_t Histogram::min() const {
  return count_ == 0 ? 0 : min_;
}

double Histogram::mean() const {
  if (count_ == 0) return 0;
  double sum = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    if (counts_[bucket] == 0) continue;
    const auto [lowest, highest] = range_of(bucket);
    const double middle = (static_cast<double>(lowest) + static_cast<double>(highest)) / 2;
    sum += middle * static_cast<double>(counts_[bucket]);
  }
  return sum / static_cast<double>(count_);
}

std::uint64_t Histogram::value_at(double quantile) const {
  if (count_ == 0) return 0;
  const double share = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_);
  // A double holds counts beyond 2⁵³ only roughly; the last bucket is the answer in any case.
  const auto wanted = share >= 0x1p64 ? count_ : static_cast<std::uint64_t>(std::ceil(share));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (counts_[bucket] != 0 && seen >= wanted) return std::min(range_of(bucket).highest, max_);
  }
  return max_;
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> filled;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    if (counts_[bucket] != 0) filled.push_back({range_of(bucket).highest, counts_[bucket]});
  }
  return filled;
}

}  // namespace fairrush::analysis
