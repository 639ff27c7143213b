#include "server/overload/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using State = CircuitBreaker::State;

constexpr BreakerLimits kLimits{.latency_max = milliseconds(500), .pause = seconds(1), .probes = 3};

/// A breaker that is looked at every ten milliseconds.
class BreakerTest : public testing::Test {
 protected:
  void pass(Duration time, const Observation& seen) {
    for (const SteadyTime end = now_ + time; now_ < end;) {
      now_ += milliseconds(10);
      breaker_.observe(now_, seen);
    }
  }
  unsigned admitted(unsigned wanted) {
    unsigned through = 0;
    for (unsigned work = 0; work < wanted; ++work) through += breaker_.admit() ? 1U : 0U;
    return through;
  }

  SteadyTime now_{seconds(100)};
  CircuitBreaker breaker_{kLimits};
};

TEST_F(BreakerTest, LetsEverythingThroughWhileAllIsWell) {
  pass(seconds(60), {.latency = milliseconds(500), .answered = 100, .failed = 1});
  EXPECT_EQ(breaker_.state(), State::closed);
  EXPECT_EQ(admitted(1'000), 1'000U);
}

TEST_F(BreakerTest, OpensWhenWorkTakesTooLong) {
  pass(milliseconds(10), {.latency = milliseconds(501)});
  EXPECT_EQ(breaker_.state(), State::open);
  EXPECT_EQ(admitted(100), 0U);
  EXPECT_EQ(breaker_.wait(now_), Duration(seconds(1)));
}

TEST_F(BreakerTest, OpensWhenHalfOfTheCallsFail) {
  pass(milliseconds(10), {.answered = 10, .failed = 9});
  EXPECT_EQ(breaker_.state(), State::closed) << "nine of nineteen are less than half";
  pass(milliseconds(10), {.failed = 1});
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(BreakerTest, DoesNotOpenForAFewFailuresOfAFewCalls) {
  pass(seconds(10), {});
  pass(milliseconds(10), {.failed = 19});
  EXPECT_EQ(breaker_.state(), State::closed);
  pass(seconds(1), {});
  pass(milliseconds(10), {.failed = 19});
  EXPECT_EQ(breaker_.state(), State::closed) << "what is older than a second does not count";
}

TEST_F(BreakerTest, SendsAFewProbesAfterItsPause) {
  pass(milliseconds(10), {.latency = seconds(1)});
  pass(milliseconds(990), {});
  EXPECT_EQ(breaker_.state(), State::open);
  pass(milliseconds(10), {});
  EXPECT_EQ(breaker_.state(), State::half_open);
  EXPECT_EQ(admitted(100), 3U);
}

TEST_F(BreakerTest, StaysOpenWhileWorkIsStillSlow) {
  pass(seconds(10), {.latency = seconds(1)});
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(BreakerTest, ClosesWhenItsProbesGoWell) {
  pass(milliseconds(10), {.latency = seconds(1)});
  pass(seconds(1), {});
  ASSERT_EQ(admitted(3), 3U);
  pass(milliseconds(90), {.latency = milliseconds(20)});
  EXPECT_EQ(breaker_.state(), State::half_open);
  pass(milliseconds(20), {.answered = 3});
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(BreakerTest, IsNotConvincedByProbesThatNobodySent) {
  pass(milliseconds(10), {.latency = seconds(1)});
  pass(seconds(60), {});
  EXPECT_EQ(breaker_.state(), State::half_open);
  EXPECT_EQ(admitted(1), 1U);
  pass(milliseconds(200), {});
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(BreakerTest, OpensAgainWhenAProbeFailsOrIsSlow) {
  for (const Observation& bad : {Observation{.failed = 1}, Observation{.latency = seconds(1)}}) {
    CircuitBreaker breaker(kLimits);
    breaker_ = breaker;
    pass(milliseconds(10), {.latency = seconds(1)});
    pass(seconds(1), {});
    ASSERT_EQ(admitted(1), 1U);
    pass(milliseconds(10), bad);
    EXPECT_EQ(breaker_.state(), State::open);
    pass(milliseconds(990), {});
    EXPECT_EQ(breaker_.state(), State::open) << "for another pause";
  }
}

TEST_F(BreakerTest, DoesNotMindSlownessWhenToldSo) {
  breaker_ = CircuitBreaker({.latency_max = Duration()});
  pass(seconds(10), {.latency = seconds(100)});
  EXPECT_EQ(breaker_.state(), State::closed);
}

}  // namespace
}  // namespace fairrush::server
