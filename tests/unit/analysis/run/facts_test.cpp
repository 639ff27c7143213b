#include "analysis/run/facts.hpp"

#include <gtest/gtest.h>

namespace fairrush::analysis {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

/// Reservations from second 1 to 5, the rush from 10 to 20.
RunFacts interrupted_at(std::int64_t time_ns) {
  RunFacts facts;
  facts.rounds.front().reservation = {kSecondNs, 5 * kSecondNs};
  facts.rounds.front().rush = {10 * kSecondNs, 20 * kSecondNs};
  facts.interrupted = true;
  facts.interrupted_ns = time_ns;
  return facts;
}

TEST(DescribeInterruption, SaysWhereInTheRoundItCame) {
  EXPECT_EQ(describe_interruption(interrupted_at(0)),
            "the run was interrupted before the reservations opened");
  EXPECT_EQ(describe_interruption(interrupted_at(2'500'000'000)),
            "the run was interrupted 1.5 s into the reservations");
  EXPECT_EQ(describe_interruption(interrupted_at(5 * kSecondNs)),
            "the run was interrupted between reservations and rush");
  EXPECT_EQ(describe_interruption(interrupted_at(11'940'000'000)),
            "the run was interrupted 1.9 s into the rush");
  EXPECT_EQ(describe_interruption(interrupted_at(20 * kSecondNs)),
            "the run was interrupted after the rush");
}

TEST(DescribeInterruption, NamesTheRoundThatWasUnderWay) {
  RunFacts facts = interrupted_at(12 * kSecondNs);
  facts.rounds.resize(2, facts.rounds.front());
  facts.rounds_planned = 30;
  EXPECT_EQ(describe_interruption(facts),
            "the run was interrupted 2.0 s into the rush of round 2 of 30");
}

TEST(DescribeInterruption, CountsTheRoundsOfASimulation) {
  RunFacts facts = interrupted_at(0);
  facts.interrupted_ns.reset();
  facts.rounds.resize(12);
  facts.rounds_planned = 200;
  EXPECT_EQ(describe_interruption(facts), "the run was interrupted after 12 of 200 rounds");
}

TEST(DescribeInterruption, BlamesTheInstrumentOnlyWhereItBroke) {
  RunFacts facts = interrupted_at(12 * kSecondNs);
  facts.instrument_failure = "a thread ended: out of memory";
  EXPECT_EQ(describe_interruption(facts),
            "the instrument broke 2.0 s into the rush: a thread ended: out of memory");
}

TEST(DescribeInterruption, IsEmptyForARunThatEndedInItsTime) {
  EXPECT_EQ(describe_interruption(RunFacts{}), "");
}

}  // namespace
}  // namespace fairrush::analysis
