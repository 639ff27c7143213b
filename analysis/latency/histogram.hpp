#pragma once

#include <cstdint>
#include <vector>

namespace fairrush::analysis {

/// Counts of durations in nanoseconds with a bounded relative error, in the manner of HdrHistogram:
/// values below 2¹¹ are exact, above that each power of two is cut into 2¹⁰ equal buckets, so a
/// reported value is at most 1/1024 (0.1 %) above the true one and never below. Covers all of
/// uint64: nothing is ever clamped. Memory grows with the largest value, 8 KiB a power of two.
/// One thread.
class Histogram {
 public:
  static constexpr double kRelativeErrorMax = 1.0 / 1024;

  void record(std::uint64_t value_ns, std::uint64_t times = 1);

  /// Adds all counts of `other`; the result is that of recording both.
  void merge(const Histogram& other);

  /// The values recorded since `earlier` was copied from this one; its min() and max() are those of
  /// their buckets. Asserts that no count has gone down since.
  Histogram since(const Histogram& earlier) const;

  /// How many values are ≤ `value_ns`; those of its own bucket count when all of them are.
  std::uint64_t count_up_to(std::uint64_t value_ns) const;

  std::uint64_t count() const { return count_; }
  std::uint64_t min() const;                  ///< exact; 0 when empty
  std::uint64_t max() const { return max_; }  ///< exact; 0 when empty
  double mean() const;                        ///< of bucket mid-points; 0 when empty

  /// The smallest recorded value v such that at least `quantile` (0 … 1) of all values are ≤ v, up
  /// to the error bound and never above max(); 0 when empty.
  std::uint64_t value_at(double quantile) const;

  struct Bucket {
    std::uint64_t highest;  ///< largest value that counts here
    std::uint64_t count;
  };
  /// The buckets that hold something, ascending.
  std::vector<Bucket> buckets() const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t min_ = ~std::uint64_t{0};
  std::uint64_t max_ = 0;
};

}  // namespace fairrush::analysis
