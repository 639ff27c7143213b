#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "base/random/counter_random.hpp"
#include "base/random/permutation.hpp"

namespace fairrush {
namespace {

TEST(CounterRandom, IsAFunctionOfSeedStreamIndexAndDraw) {
  const CounterRandom random(23, Stream::persona);
  EXPECT_EQ(random.bits(5), CounterRandom(23, Stream::persona).bits(5));
  EXPECT_NE(random.bits(5), random.bits(6));
  EXPECT_NE(random.bits(5), random.bits(5, 1));
  EXPECT_NE(random.bits(5), CounterRandom(24, Stream::persona).bits(5));
  EXPECT_NE(random.bits(5), CounterRandom(23, Stream::cohort).bits(5));
}

TEST(CounterRandom, KeepsItsNumbersForEver) {
  // Plans of old runs can only be made again if these never change.
  EXPECT_EQ(CounterRandom(23, Stream::persona).bits(0), 0xc7bc6c936431f061);
  EXPECT_EQ(CounterRandom(23, Stream::idempotency_key).bits(299, 2), 0x6409cf05305e93d5);
}

TEST(CounterRandom, StaysInsideTheOpenUnitIntervalWithTheRightMean) {
  const CounterRandom random(1, Stream::claim_time);
  constexpr int kNumbers = 100'000;
  double sum = 0;
  for (int index = 0; index < kNumbers; ++index) {
    const double number = random.uniform(static_cast<std::uint64_t>(index));
    ASSERT_GT(number, 0);
    ASSERT_LT(number, 1);
    sum += number;
  }
  EXPECT_NEAR(sum / kNumbers, 0.5, 0.004);  // over four standard errors
}

TEST(CounterRandom, FillsAllBucketsOfASmallHistogramEvenly) {
  const CounterRandom random(2, Stream::cohort);
  std::vector<int> buckets(16);
  for (std::uint64_t index = 0; index < 16'000; ++index) ++buckets.at(random.bits(index) >> 60);
  for (int count : buckets) EXPECT_NEAR(count, 1000, 150);
}

TEST(Permutation, IsABijectionForSmallAndOddSizes) {
  for (std::uint64_t size : {1U, 2U, 3U, 5U, 16U, 17U, 300U, 1000U, 4096U, 4097U}) {
    const Permutation permutation(size, 7, Stream::claim_order);
    std::set<std::uint64_t> seen;
    for (std::uint64_t position = 0; position < size; ++position) {
      const std::uint64_t value = permutation.at(position);
      ASSERT_LT(value, size);
      ASSERT_EQ(permutation.position_of(value), position);
      seen.insert(value);
    }
    ASSERT_EQ(seen.size(), size);
  }
}

TEST(Permutation, GivesTheSameValuesTogetherAsOneByOne) {
  for (std::uint64_t size : {1U, 63U, 64U, 65U, 300U, 4097U}) {
    const Permutation permutation(size, 7, Stream::claim_order);
    std::vector<std::uint32_t> values(size - size / 3);
    permutation.at_each(size / 3, values);
    for (std::uint64_t place = 0; place < values.size(); ++place) {
      ASSERT_EQ(values[place], permutation.at(size / 3 + place));
    }
  }
}

TEST(Permutation, ReachesTheLargestSize) {
  const std::uint64_t size = std::uint64_t{1} << 32;
  const Permutation permutation(size, 7, Stream::claim_order);
  for (std::uint64_t position : {std::uint64_t{0}, size / 2, size - 1}) {
    EXPECT_EQ(permutation.position_of(permutation.at(position)), position);
  }
}

TEST(Permutation, DependsOnSeedAndStream) {
  const Permutation first(1000, 1, Stream::claim_order);
  const Permutation other_seed(1000, 2, Stream::claim_order);
  const Permutation other_stream(1000, 1, Stream::reservation_order);
  int same_seed = 0;
  int same_stream = 0;
  for (std::uint64_t position = 0; position < 1000; ++position) {
    same_seed += first.at(position) == other_seed.at(position) ? 1 : 0;
    same_stream += first.at(position) == other_stream.at(position) ? 1 : 0;
  }
  EXPECT_LT(same_seed, 20);
  EXPECT_LT(same_stream, 20);
}

TEST(PermutationDeathTest, StopsOnAPositionBeyondItsSize) {
  const Permutation permutation(10, 7, Stream::claim_order);
  EXPECT_DEATH(permutation.at(10), "position < size_");
  EXPECT_DEATH(Permutation(0, 7, Stream::claim_order).at(0), "position < size_");
}

}  // namespace
}  // namespace fairrush
