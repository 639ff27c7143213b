#include "analysis/latency/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "base/random/counter_random.hpp"

namespace fairrush::analysis {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

/// Values of all magnitudes: 0 … 63 random bits.
std::vector<std::uint64_t> values_of_all_sizes(std::size_t count) {
  const CounterRandom random(11, Stream::persona);
  std::vector<std::uint64_t> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(random.bits(i) >> (i % 64));
  return values;
}

/// What `value` is reported as when larger values are there too, so that max() does not cap it.
std::uint64_t reported(std::uint64_t value) {
  Histogram histogram;
  histogram.record(value);
  histogram.record(kLargest);
  return histogram.value_at(0.5);
}

TEST(Histogram, NeverReportsBelowTheTrueValueNorMoreThanTheBoundAbove) {
  std::vector<std::uint64_t> values = values_of_all_sizes(2'000);
  for (unsigned bit = 0; bit < 64; ++bit) {
    for (std::uint64_t offset : {kLargest, std::uint64_t{0}, std::uint64_t{1}}) {
      values.push_back((std::uint64_t{1} << bit) + offset);
    }
  }
  for (std::uint64_t value : values) {
    const std::uint64_t seen = reported(value);
    ASSERT_GE(seen, value);
    ASSERT_LE(static_cast<double>(seen - value),
              Histogram::kRelativeErrorMax * static_cast<double>(value));
  }
}

TEST(Histogram, IsExactBelow2048) {
  for (std::uint64_t value = 0; value < 2048; value += 3) ASSERT_EQ(reported(value), value);
  EXPECT_EQ(reported(2047), 2047U);
  EXPECT_EQ(reported(2048), 2049U);
}

TEST(Histogram, TellsWhatHasBeenRecordedSinceACopyWasTaken) {
  Histogram histogram;
  for (const std::uint64_t value : {5U, 100'000U, 100'000U}) histogram.record(value);
  const Histogram earlier = histogram;
  EXPECT_EQ(histogram.since(earlier).count(), 0U);
  for (const std::uint64_t value : {7U, 100'000U, 900'000'000U}) histogram.record(value);
  const Histogram recent = histogram.since(earlier);
  EXPECT_EQ(recent.count(), 3U);
  EXPECT_EQ(recent.min(), 7U);
  EXPECT_EQ(recent.max(), 900'000'000U);
  EXPECT_EQ(recent.count_up_to(7), 1U);
  EXPECT_EQ(histogram.since(Histogram()).count(), histogram.count());
}

TEST(HistogramDeathTest, RefusesAnEarlierStateThatIsNone) {
  Histogram one;
  one.record(5);
  Histogram other;
  other.record(6);
  EXPECT_DEATH(std::ignore = one.since(other), "");
}

TEST(Histogram, CountsTheValuesUpToABound) {
  Histogram histogram;
  for (const std::uint64_t value : {10U, 20U, 20U, 1'000'000U}) histogram.record(value);
  EXPECT_EQ(histogram.count_up_to(9), 0U);
  EXPECT_EQ(histogram.count_up_to(10), 1U);
  EXPECT_EQ(histogram.count_up_to(999'999), 3U);
  EXPECT_EQ(histogram.count_up_to(1'000'000), 4U);
  EXPECT_EQ(histogram.count_up_to(kLargest), 4U);
  EXPECT_EQ(Histogram().count_up_to(kLargest), 0U);
}

TEST(Histogram, TakesTheLargestNumberWithoutClamping) {
  Histogram histogram;
  histogram.record(kLargest);
  histogram.record(0);
  EXPECT_EQ(histogram.max(), kLargest);
  EXPECT_EQ(histogram.min(), 0U);
  EXPECT_EQ(histogram.value_at(1), kLargest);
  EXPECT_EQ(histogram.value_at(0), 0U);
  EXPECT_EQ(histogram.buckets().back().highest, kLargest);
}

TEST(Histogram, MergedEqualsRecordingBoth) {
  const std::vector<std::uint64_t> values = values_of_all_sizes(5'000);
  Histogram all;
  Histogram small;
  Histogram large;
  for (std::uint64_t value : values) {
    all.record(value, 3);
    (value < 1'000'000 ? small : large).record(value, 3);
  }
  small.merge(large);
  EXPECT_EQ(small.count(), all.count());
  EXPECT_EQ(small.min(), all.min());
  EXPECT_EQ(small.max(), all.max());
  EXPECT_EQ(small.mean(), all.mean());
  const auto merged = small.buckets();
  const auto expected = all.buckets();
  ASSERT_EQ(merged.size(), expected.size());
  for (std::size_t i = 0; i < merged.size(); ++i) {
    EXPECT_EQ(merged[i].highest, expected[i].highest);
    EXPECT_EQ(merged[i].count, expected[i].count);
  }
}

TEST(Histogram, MergedWithAnEmptyOneStaysAsItIs) {
  Histogram histogram;
  histogram.record(5);
  histogram.merge(Histogram());
  EXPECT_EQ(histogram.min(), 5U);
  EXPECT_EQ(histogram.count(), 1U);
}

TEST(Histogram, FindsQuantilesOfSortedValuesWithinTheBound) {
  std::vector<std::uint64_t> values = values_of_all_sizes(10'001);
  Histogram histogram;
  for (std::uint64_t value : values) histogram.record(value);
  std::sort(values.begin(), values.end());
  for (double quantile : {0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(
        std::max(0.0, std::ceil(quantile * static_cast<double>(values.size())) - 1));
    const std::uint64_t truth = values[rank];
    const std::uint64_t seen = histogram.value_at(quantile);
    EXPECT_GE(seen, truth) << quantile;
    EXPECT_LE(static_cast<double>(seen - truth),
              Histogram::kRelativeErrorMax * static_cast<double>(truth))
        << quantile;
  }
}

TEST(Histogram, NeverReportsAboveItsLargestValue) {
  Histogram histogram;
  histogram.record(1'000'000'001);
  EXPECT_EQ(histogram.value_at(0.5), 1'000'000'001U);
}

TEST(Histogram, WithoutValuesReportsZeros) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.min(), 0U);
  EXPECT_EQ(histogram.max(), 0U);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.value_at(0.99), 0U);
  EXPECT_TRUE(histogram.buckets().empty());
}

TEST(Histogram, RecordingZeroTimesChangesNothing) {
  Histogram histogram;
  histogram.record(7, 0);
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.max(), 0U);
}

TEST(Histogram, AveragesWithinTheBound) {
  Histogram histogram;
  histogram.record(1'000'000, 3);
  histogram.record(3'000'000);
  EXPECT_NEAR(histogram.mean(), 1'500'000, 1'500'000 * Histogram::kRelativeErrorMax);
}

}  // namespace
}  // namespace fairrush::analysis
