// Whose delay is whose.
#include <gtest/gtest.h>

#include "loadgen/wire/worker.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"
#include "tests/unit/loadgen/wire/rehearsal.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using namespace std::chrono_literals;

bool is_claim(std::string_view request) {
  return request.contains("/claims ");
}

/// Everybody reserves, and everybody wins.
Reaction generous(std::string_view request) {
  return is_claim(request) ? Reaction{http_answer(200, R"({"coupon":"C-7"})")}
                           : Reaction{http_answer(201, R"({"ticket":1,"token":"T-1"})")};
}

/// Everybody reserves, and no claim is answered.
Reaction silent(std::string_view request) {
  return is_claim(request) ? Reaction{"", Reaction::Then::stall} : generous(request);
}

/// Whatever carries the bytes.
class DelaysOver : public testing::TestWithParam<TransportKind> {
 protected:
  void SetUp() override {
    if (GetParam() != TransportKind::io_uring) return;
    if (const auto why = io_uring_missing()) GTEST_SKIP() << *why;
  }
};

INSTANTIATE_TEST_SUITE_P(EachTransport, DelaysOver,
                         testing::Values(TransportKind::asio, TransportKind::io_uring),
                         [](const auto& transport) {
                           return transport.param == TransportKind::asio ? "Asio" : "IoUring";
                         });

TEST_P(DelaysOver, IsNotTheOneWhoIsLateWhenTheTargetHoldsEveryConnection) {
  ScriptedTarget target(silent);
  Scenario scenario = short_scenario(60);
  scenario.connections = 2;
  scenario.attempt_timeout = 60ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  const Delays& delays = rehearsal.delays();
  EXPECT_GT(delays.for_connection.max(), 500'000'000U) << "thirty claims a connection, 60 ms each";
  EXPECT_GT(delays.for_connection.value_at(0.75), delays.lag.value_at(0.75));
  const auto held = rehearsal.count(Op::claim, Outcome::failed, Reason::connections_held);
  EXPECT_EQ(delays.claims.sent + held, 60U);
  EXPECT_LT(delays.claims.late, 30U);
}

TEST_P(DelaysOver, IsNotTheOneWhoIsLateWhenNoConnectionMayBeOpenedYet) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(20);
  scenario.connection_mode = ConnectionMode::per_user;
  scenario.open_rate = {40};
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  EXPECT_GT(rehearsal.delays().for_connection.max(), 400'000'000U) << "nineteen gaps of 25 ms";
  EXPECT_LT(rehearsal.delays().reservations.late, 10U);
}

TEST_P(DelaysOver, KnowsItsTurnsItsAnswersAndItsThread) {
  ScriptedTarget target(generous);
  Rehearsal rehearsal(short_scenario(50), target.endpoint(), GetParam());
  rehearsal.play();
  EXPECT_GT(rehearsal.delays().loop.count(), 0U);
  EXPECT_EQ(rehearsal.delays().reading.count(), 100U) << "one an answer";
  EXPECT_GT(rehearsal.thread_use().share_max, 0);
}

}  // namespace
}  // namespace fairrush::loadgen
