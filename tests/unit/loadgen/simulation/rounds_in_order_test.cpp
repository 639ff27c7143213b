#include "loadgen/simulation/rounds_in_order.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>

namespace fairrush::loadgen {
namespace {

class RoundsInOrderTest : public testing::TestWithParam<unsigned> {
 protected:
  static auto doubling() {
    return [](std::uint32_t round) { return 2 * round; };
  }
};

TEST_P(RoundsInOrderTest, TakesEveryResultOnceAndInOrder) {
  std::vector<std::uint32_t> taken;
  const auto played =
      RoundsInOrder<std::uint32_t>(100, GetParam()).run({}, doubling, [&](auto one) {
        taken.push_back(one);
        return true;
      });
  EXPECT_EQ(played, 100U);
  ASSERT_EQ(taken.size(), 100U);
  for (std::uint32_t round = 0; round < 100; ++round) EXPECT_EQ(taken[round], 2 * round);
}

TEST_P(RoundsInOrderTest, EndsWhenNoMoreIsWanted) {
  std::uint32_t taken = 0;
  const auto played =
      RoundsInOrder<std::uint32_t>(1'000'000, GetParam()).run({}, doubling, [&](std::uint32_t) {
        return ++taken < 10;
      });
  EXPECT_EQ(played, 10U);
}

TEST_P(RoundsInOrderTest, EndsWithWholeRoundsWhenAskedToStop) {
  std::stop_source source;
  std::uint32_t taken = 0;
  const auto played = RoundsInOrder<std::uint32_t>(1'000'000, GetParam())
                          .run(source.get_token(), doubling, [&](std::uint32_t result) {
                            EXPECT_EQ(result, 2 * taken);
                            if (++taken == 10) source.request_stop();
                            return true;
                          });
  EXPECT_EQ(played, taken);
  EXPECT_GE(played, 10U);
  EXPECT_LE(played, 10U + GetParam() * RoundsInOrder<std::uint32_t>::kAheadPerThread);
}

TEST_P(RoundsInOrderTest, ThrowsWhatAWorkerThrew) {
  const auto failing = [] {
    return [](std::uint32_t round) -> std::uint32_t {
      if (round == 17) throw std::runtime_error("seventeen");
      return round;
    };
  };
  EXPECT_THROW(RoundsInOrder<std::uint32_t>(100, GetParam())
                   .run({}, failing, [](std::uint32_t) { return true; }),
               std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(Threads, RoundsInOrderTest, testing::Values(1U, 2U, 5U));

}  // namespace
}  // namespace fairrush::loadgen
